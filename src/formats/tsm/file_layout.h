#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

/// The parts of a TSM file: header, blocks, index, footer (docs/formats/tsm.md, "TSM file").
namespace firn::tsm {

constexpr size_t kFileHeaderBytes = 5;
constexpr size_t kFileFooterBytes = 8;

/// kCorrupt when these first bytes are not those of a TSM file, kUnsupported for another version than 1.
Status CheckFileHeader(std::string_view first_bytes);

/// Where the index of a file of `file_bytes` begins, from its last kFileFooterBytes; it ends where the footer begins,
/// and blocks stand before it. kCorrupt when that is not within the file.
Result<uint64_t> ParseFileFooter(std::string_view last_bytes, uint64_t file_bytes);

/// Generation and sequence of a file, from its name: `000000012-000000002.tsm`. Files of a shard are read in their
/// order; what a later one says of a time stands.
struct FileNumber {
  uint64_t generation = 0;
  uint64_t sequence = 0;
  friend auto operator<=>(const FileNumber&, const FileNumber&) = default;
};
/// None when it is no name of a TSM file that counts (not of an unfinished `.tsm.tmp`, say).
std::optional<FileNumber> ParseFileName(std::string_view name);
/// The number of a WAL segment: 3 for `_00003.wal`.
std::optional<uint64_t> ParseSegmentName(std::string_view name);

}  // namespace firn::tsm
