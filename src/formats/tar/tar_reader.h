#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

/// Reads tar archives (POSIX ustar and pax, GNU long names), piece by piece as they are unpacked.
namespace firn::tar {

/// Takes an archive apart as its bytes come. One thread.
///
/// Regular files are handed over; folders, links and everything else are passed over. Names come as the archive has
/// them: whoever makes files of them must look at them first, they may be absolute or hold "..". What is kept in memory
/// is one header and at most 64 KiB of a pax header. Errors: kCorrupt; kUnsupported for sizes beyond what eleven octal
/// digits or a pax header say.
class TarReader {
 public:
  /// Gets the files; an error of its ends the reading.
  class Visitor {
   public:
    virtual ~Visitor() = default;
    virtual Status BeginFile(std::string_view name, uint64_t size_bytes) = 0;
    /// The next bytes of the file that has begun.
    virtual Status Content(std::string_view bytes) = 0;
    virtual Status EndFile() = 0;
  };

  /// `visitor` outlives the reader.
  explicit TarReader(Visitor& visitor) : visitor_(visitor) {}

  Status Append(std::string_view bytes);
  /// Says that the archive has ended; kCorrupt within a header or an entry.
  Status Finish() const;

 private:
  enum class Kind { kFile, kPassedOver, kPaxHeader, kLongName };

  Status TakeHeader(std::string_view header);
  Status TakeContent(std::string_view bytes);
  Status EndEntry();
  Status TakePaxRecords();

  Visitor& visitor_;
  std::string header_;  // as much of one as has come
  Kind kind_ = Kind::kPassedOver;
  uint64_t content_left_ = 0;
  uint64_t padding_left_ = 0;
  std::string extension_;  // content of a pax header or long name
  // For the next entry, from the extensions before it.
  std::string next_name_;
  std::string next_size_;
  bool in_entry_ = false;
  bool ended_ = false;
};

}  // namespace firn::tar
