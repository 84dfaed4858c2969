#include <array>
#include <bit>
#include <cstring>

#include "formats/go_time/time_zone.h"

/// Reader of TZif files, RFC 9636. A file of version 2 and later holds a block with 32-bit times for old readers, then
/// one with 64-bit times, then a line with the rule for later times.

namespace firn::go_time {
namespace {

constexpr size_t kHeaderSize = 44;

template <typename T>
T LoadBigEndian(const char* bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | static_cast<unsigned char>(bytes[i]));
  return value;
}

struct Header {
  char version = 0;
  uint64_t ut_indicators, standard_indicators, leap_seconds, transitions, types, characters;

  uint64_t BlockSize(uint64_t time_size) const {
    return transitions * (time_size + 1) + types * 6 + characters + leap_seconds * (time_size + 4) +
           standard_indicators + ut_indicators;
  }
};

Error Malformed(std::string_view what) {
  return InvalidInput("malformed time zone information: {}", what);
}

Result<Header> TakeHeader(std::string_view& bytes) {
  if (bytes.size() < kHeaderSize || !bytes.starts_with("TZif")) return Malformed("no header");
  Header header;
  header.version = bytes[4];
  if (header.version != 0 && (header.version < '2' || header.version > '4')) return Malformed("unknown version");
  const auto count = [&](size_t i) { return uint64_t{LoadBigEndian<uint32_t>(bytes.data() + 20 + 4 * i)}; };
  header.ut_indicators = count(0);
  header.standard_indicators = count(1);
  header.leap_seconds = count(2);
  header.transitions = count(3);
  header.types = count(4);
  header.characters = count(5);
  bytes.remove_prefix(kHeaderSize);
  return header;
}

struct Tables {
  std::vector<LocalTimeType> types;
  std::vector<TimeZone::Transition> transitions;
};

Result<std::vector<LocalTimeType>> ReadTypes(std::string_view records, std::string_view abbreviations) {
  std::vector<LocalTimeType> types;
  for (; !records.empty(); records.remove_prefix(6)) {
    const auto name = static_cast<unsigned char>(records[5]);
    if (name >= abbreviations.size()) return Malformed("abbreviation out of range");
    const std::string_view text = abbreviations.substr(name);
    types.push_back({std::string(text.substr(0, text.find('\0'))),
                     static_cast<int32_t>(LoadBigEndian<uint32_t>(records.data())), records[4] != 0});
  }
  if (types.empty()) return Malformed("no local time type");
  return types;
}

/// Reads the block that `bytes` begins with; its size is checked already.
Result<Tables> ReadBlock(std::string_view bytes, const Header& header, size_t time_size) {
  const std::string_view times = bytes.substr(0, header.transitions * time_size);
  const std::string_view indexes = bytes.substr(times.size(), header.transitions);
  const std::string_view records = bytes.substr(times.size() + indexes.size(), header.types * 6);
  const std::string_view abbreviations =
      bytes.substr(times.size() + indexes.size() + records.size(), header.characters);
  Tables tables;
  FIRN_ASSIGN(tables.types, ReadTypes(records, abbreviations));
  tables.transitions.reserve(header.transitions);
  for (size_t i = 0; i < header.transitions; ++i) {
    const char* at = times.data() + i * time_size;
    const int64_t seconds = time_size == 8 ? static_cast<int64_t>(LoadBigEndian<uint64_t>(at))
                                           : static_cast<int32_t>(LoadBigEndian<uint32_t>(at));
    const auto type = static_cast<uint8_t>(indexes[i]);
    if (type >= tables.types.size()) return Malformed("local time type out of range");
    if (i > 0 && seconds <= tables.transitions.back().at) return Malformed("transitions out of order");
    tables.transitions.push_back({seconds, type});
  }
  return tables;
}

/// The footer is the rule between two line ends; a missing or strange one is as good as none.
std::optional<PosixRule> ReadFooter(std::string_view bytes) {
  if (bytes.size() <= 2 || bytes.front() != '\n' || bytes.back() != '\n') return std::nullopt;
  return PosixRule::Parse(bytes.substr(1, bytes.size() - 2));
}

}  // namespace

Result<std::shared_ptr<const TimeZone>> TimeZone::ParseTzif(std::string_view bytes) {
  FIRN_ASSIGN(Header header, TakeHeader(bytes));
  size_t time_size = 4;
  if (header.version != 0) {
    const uint64_t skipped = header.BlockSize(4);
    if (skipped > bytes.size()) return Malformed("cut off");
    bytes.remove_prefix(skipped);
    FIRN_ASSIGN(header, TakeHeader(bytes));
    time_size = 8;
  }
  const uint64_t size = header.BlockSize(time_size);
  if (size > bytes.size()) return Malformed("cut off");
  FIRN_ASSIGN(Tables tables, ReadBlock(bytes, header, time_size));
  std::optional<PosixRule> rule = time_size == 8 ? ReadFooter(bytes.substr(size)) : std::nullopt;
  return std::shared_ptr<const TimeZone>(
      new TimeZone(std::move(tables.types), std::move(tables.transitions), std::move(rule)));
}

}  // namespace firn::go_time
