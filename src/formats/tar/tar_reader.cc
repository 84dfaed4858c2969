#include "formats/tar/tar_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace firn::tar {
namespace {

constexpr size_t kBlockBytes = 512;
constexpr uint64_t kMaxExtensionBytes = 64 << 10;

// Fields of a header (POSIX.1-2017, pax, "ustar Interchange Format").
constexpr size_t kNameBytes = 100;
constexpr size_t kSizeAt = 124;
constexpr size_t kSizeBytes = 12;
constexpr size_t kChecksumAt = 148;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kTypeAt = 156;
constexpr size_t kMagicAt = 257;
constexpr size_t kPrefixAt = 345;
constexpr size_t kPrefixBytes = 155;

std::string_view Text(std::string_view field) {
  return field.substr(0, field.find('\0'));
}

/// Octal digits between spaces, ended by a zero or the field's end.
std::optional<uint64_t> Octal(std::string_view field) {
  std::string_view digits = Text(field);
  const size_t first = std::min(digits.find_first_not_of(' '), digits.size());
  digits.remove_prefix(first);
  digits = digits.substr(0, digits.find(' '));
  if (digits.empty()) return 0;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  return error == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

uint64_t Checksum(std::string_view header) {
  uint64_t sum = 0;
  for (size_t i = 0; i < header.size(); ++i) {
    const bool own_field = i >= kChecksumAt && i < kChecksumAt + kChecksumBytes;
    sum += own_field ? ' ' : static_cast<uint8_t>(header[i]);
  }
  return sum;
}

std::string NameOf(std::string_view header) {
  const std::string_view name = Text(header.substr(0, kNameBytes));
  // GNU's own form has other things in the prefix's place, and no zero behind the magic.
  const std::string_view prefix = header.substr(kMagicAt, 6) == std::string_view("ustar\0", 6)
                                      ? Text(header.substr(kPrefixAt, kPrefixBytes))
                                      : std::string_view();
  return prefix.empty() ? std::string(name) : std::string(prefix) + "/" + std::string(name);
}

std::optional<uint64_t> Decimal(std::string_view digits) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

Status TarReader::Append(std::string_view bytes) {
  while (!bytes.empty() && !ended_) {
    if (in_entry_) {
      const size_t content = std::min<uint64_t>(bytes.size(), content_left_);
      if (content > 0) FIRN_TRY(TakeContent(bytes.substr(0, content)));
      bytes.remove_prefix(content);
      const size_t padding = content_left_ == 0 ? std::min<uint64_t>(bytes.size(), padding_left_) : 0;
      bytes.remove_prefix(padding);
      padding_left_ -= padding;
      in_entry_ = content_left_ > 0 || padding_left_ > 0;
      continue;
    }
    const size_t piece = std::min(bytes.size(), kBlockBytes - header_.size());
    header_.append(bytes.substr(0, piece));
    bytes.remove_prefix(piece);
    if (header_.size() == kBlockBytes) FIRN_TRY(TakeHeader(std::exchange(header_, {})));
  }
  return OkStatus();
}

Status TarReader::Finish() const {
  if (ended_ || (!in_entry_ && header_.empty())) return OkStatus();
  return Corrupt("tar: the archive ends within an entry");
}

Status TarReader::TakeHeader(std::string_view header) {
  if (header.find_first_not_of('\0') == std::string_view::npos) {
    ended_ = true;
    return OkStatus();
  }
  if (Octal(header.substr(kChecksumAt, kChecksumBytes)) != Checksum(header))
    return Corrupt("tar: a header's checksum disagrees");
  const std::string_view size_field = header.substr(kSizeAt, kSizeBytes);
  const std::optional<uint64_t> size = next_size_.empty() ? Octal(size_field) : Decimal(next_size_);
  if (!size && (static_cast<uint8_t>(size_field[0]) & 0x80) != 0) return Unsupported("tar: a size in binary");
  if (!size || *size > INT64_MAX) return Corrupt("tar: an entry without a size");

  content_left_ = *size;
  padding_left_ = (kBlockBytes - *size % kBlockBytes) % kBlockBytes;
  in_entry_ = content_left_ > 0;
  switch (header[kTypeAt]) {
    case '\0':
    case '0':
      kind_ = Kind::kFile;
      break;
    case 'x':
      kind_ = Kind::kPaxHeader;
      break;
    case 'L':
      kind_ = Kind::kLongName;
      break;
    default:
      kind_ = Kind::kPassedOver;
  }
  if (kind_ == Kind::kPaxHeader || kind_ == Kind::kLongName) {
    if (*size > kMaxExtensionBytes) return Corrupt("tar: a header of {} bytes", *size);
    return OkStatus();
  }
  const std::string name = next_name_.empty() ? NameOf(header) : std::exchange(next_name_, {});
  next_size_.clear();
  if (kind_ != Kind::kFile) return OkStatus();
  FIRN_TRY(visitor_.BeginFile(name, *size));
  return *size == 0 ? visitor_.EndFile() : OkStatus();
}

Status TarReader::TakeContent(std::string_view bytes) {
  content_left_ -= bytes.size();
  if (kind_ == Kind::kFile) FIRN_TRY(visitor_.Content(bytes));
  if (kind_ == Kind::kPaxHeader || kind_ == Kind::kLongName) extension_ += bytes;
  return content_left_ == 0 ? EndEntry() : OkStatus();
}

Status TarReader::EndEntry() {
  switch (kind_) {
    case Kind::kFile:
      return visitor_.EndFile();
    case Kind::kLongName:
      next_name_ = std::string(Text(std::exchange(extension_, {})));
      return OkStatus();
    case Kind::kPaxHeader:
      return TakePaxRecords();
    case Kind::kPassedOver:
      return OkStatus();
  }
  return OkStatus();
}

/// Records `LENGTH KEY=VALUE\n`, the length counting all of it.
Status TarReader::TakePaxRecords() {
  const std::string records = std::exchange(extension_, {});
  std::string_view rest = records;
  while (!rest.empty()) {
    const size_t space = rest.find(' ');
    const std::optional<uint64_t> size = Decimal(rest.substr(0, std::min(space, rest.size())));
    if (!size || space == std::string_view::npos || *size < space + 2 || *size > rest.size())
      return Corrupt("tar: a record of a pax header is not whole");
    const std::string_view record = rest.substr(space + 1, *size - space - 2);
    const size_t equals = std::min(record.find('='), record.size());
    const std::string_view value = record.substr(std::min(equals + 1, record.size()));
    if (record.substr(0, equals) == "path") next_name_ = std::string(value);
    if (record.substr(0, equals) == "size") next_size_ = std::string(value);
    rest.remove_prefix(*size);
  }
  return OkStatus();
}

}  // namespace firn::tar
