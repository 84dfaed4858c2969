#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/file_system.h"

namespace firn::journal {

/// What a position belongs to. Any bytes.
struct PositionKey {
  std::string output;  ///< "" = of the source itself
  std::string source;
  std::string shard;
  auto operator<=>(const PositionKey&) const = default;
};

/// Positions by name: how far each output has come in each shard. Saves re-reading; the tables are the truth.
///
/// A small file, replaced as a whole, with a checksum (docs/formats/journal.md). A plain value; not thread-safe.
class Checkpoint {
 public:
  /// An absent file is an empty checkpoint. kCorrupt, saying what to do, for anything but what Write wrote.
  static Result<Checkpoint> Read(storage::FileSystem& file_system, const std::string& path);
  /// Replaces the file, durably.
  Status Write(storage::FileSystem& file_system, const std::string& path) const;

  static Result<Checkpoint> Parse(std::string_view text);
  std::string Serialize() const;

  std::optional<int64_t> Get(const PositionKey& key) const;
  void Set(const PositionKey& key, int64_t position);
  void Erase(const PositionKey& key);
  const std::map<PositionKey, int64_t>& positions() const { return positions_; }

 private:
  std::map<PositionKey, int64_t> positions_;
};

}  // namespace firn::journal
