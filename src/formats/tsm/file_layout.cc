#include "formats/tsm/file_layout.h"

#include <charconv>

#include "formats/tsm/big_endian.h"

namespace firn::tsm {
namespace {

constexpr uint32_t kMagic = 0x16d116d1;
constexpr uint8_t kVersion = 1;

std::optional<uint64_t> ParseDigits(std::string_view digits) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// `name` without `suffix` at its end.
std::optional<std::string_view> Stem(std::string_view name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return std::nullopt;
  return name.substr(0, name.size() - suffix.size());
}

}  // namespace

Status CheckFileHeader(std::string_view first_bytes) {
  if (first_bytes.size() < kFileHeaderBytes) return Corrupt("{} bytes are too few for a TSM file", first_bytes.size());
  const auto magic = LoadBigEndian<uint32_t>(first_bytes.data());
  if (magic != kMagic) return Corrupt("no TSM file: it begins with {:08x} instead of {:08x}", magic, kMagic);
  const auto version = static_cast<uint8_t>(first_bytes[4]);
  if (version != kVersion) return Unsupported("TSM version {}; only {} is known", version, kVersion);
  return OkStatus();
}

Result<uint64_t> ParseFileFooter(std::string_view last_bytes, uint64_t file_bytes) {
  if (last_bytes.size() < kFileFooterBytes || file_bytes < kFileHeaderBytes + kFileFooterBytes)
    return Corrupt("{} bytes are too few for a TSM file", file_bytes);
  const auto index = LoadBigEndian<uint64_t>(last_bytes.data() + last_bytes.size() - kFileFooterBytes);
  if (index < kFileHeaderBytes || index > file_bytes - kFileFooterBytes)
    return Corrupt("the footer puts the index at {} in a file of {} bytes", index, file_bytes);
  return index;
}

std::optional<FileNumber> ParseFileName(std::string_view name) {
  const std::optional<std::string_view> stem = Stem(name, ".tsm");
  const size_t dash = stem ? stem->find('-') : std::string_view::npos;
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<uint64_t> generation = ParseDigits(stem->substr(0, dash));
  const std::optional<uint64_t> sequence = ParseDigits(stem->substr(dash + 1));
  if (!generation || !sequence) return std::nullopt;
  return FileNumber{*generation, *sequence};
}

std::optional<uint64_t> ParseSegmentName(std::string_view name) {
  const std::optional<std::string_view> stem = Stem(name, ".wal");
  if (!stem || !stem->starts_with('_')) return std::nullopt;
  return ParseDigits(stem->substr(1));
}

}  // namespace firn::tsm
