#include "tsm_writer.h"

#include <snappy.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "formats/compression/compression.h"

namespace firn::testing {
namespace {

constexpr uint64_t kGoNan = 0x7ff8000000000001;
constexpr uint64_t kMostPacked = (uint64_t{1} << 60) - 1;

template <typename T>
void AppendBig(std::string& out, T value) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8)
    out += static_cast<char>((static_cast<uint64_t>(value) >> shift) & 0xff);
}

void AppendUvarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

uint64_t ZigZag(uint64_t value) {
  return (value << 1) ^ (0 - (value >> 63));
}

/// How many of `values` the selector would take; 0 when they do not fit. A run of ones is taken as such only where no
/// other number follows it at all: so the server does.
size_t Fits(std::span<const uint64_t> values, size_t count, unsigned bits) {
  if (values.size() < count) return 0;
  for (const uint64_t value : bits == 0 ? values : values.first(count)) {
    if (bits == 0 ? value != 1 : value >> bits != 0) return 0;
  }
  return count;
}

void AppendSimple8b(std::string& out, std::span<const uint64_t> values) {
  constexpr std::array<std::pair<size_t, unsigned>, 16> kSelectors = {{{240, 0},
                                                                       {120, 0},
                                                                       {60, 1},
                                                                       {30, 2},
                                                                       {20, 3},
                                                                       {15, 4},
                                                                       {12, 5},
                                                                       {10, 6},
                                                                       {8, 7},
                                                                       {7, 8},
                                                                       {6, 10},
                                                                       {5, 12},
                                                                       {4, 15},
                                                                       {3, 20},
                                                                       {2, 30},
                                                                       {1, 60}}};
  while (!values.empty()) {
    uint64_t selector = 0;
    while (Fits(values, kSelectors[selector].first, kSelectors[selector].second) == 0) ++selector;
    const auto [count, bits] = kSelectors[selector];
    uint64_t word = selector << 60;
    for (size_t i = 0; bits > 0 && i < count; ++i) word |= values[i] << (i * bits);
    AppendBig(out, word);
    values = values.subspan(count);
  }
}

class BitWriter {
 public:
  void Write(uint64_t bits, unsigned count) {
    for (unsigned i = count; i-- > 0;) {
      if (used_ % 8 == 0) bytes_ += '\0';
      bytes_.back() = static_cast<char>(bytes_.back() | (((bits >> i) & 1) << (7 - used_ % 8)));
      ++used_;
    }
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  size_t used_ = 0;
};

uint8_t TypeByte(const TsmValues& values) {
  constexpr std::array<uint8_t, 5> kTypes = {0, 1, 4, 2, 3};
  return kTypes[values.index()];
}

uint8_t WalTypeByte(const TsmValues& values) {
  constexpr std::array<uint8_t, 5> kTypes = {1, 2, 5, 3, 4};
  return kTypes[values.index()];
}

std::string EncodeValues(const TsmValues& values) {
  if (const auto* floats = std::get_if<std::vector<double>>(&values)) return EncodeFloats(*floats);
  if (const auto* integers = std::get_if<std::vector<int64_t>>(&values)) return EncodeIntegers(*integers);
  if (const auto* booleans = std::get_if<std::vector<TsmBoolean>>(&values)) return EncodeBooleans(*booleans);
  if (const auto* strings = std::get_if<std::vector<std::string>>(&values)) return EncodeStrings(*strings);
  const auto& unsigneds = std::get<std::vector<uint64_t>>(values);
  return EncodeIntegers({reinterpret_cast<const int64_t*>(unsigneds.data()), unsigneds.size()});
}

std::string Snappy(std::string_view text) {
  std::string packed;
  snappy::Compress(text.data(), text.size(), &packed);
  return packed;
}

}  // namespace

std::string EncodeTimestamps(std::span<const int64_t> times) {
  if (times.empty()) return {};
  std::vector<uint64_t> deltas;
  for (size_t i = 1; i < times.size(); ++i)
    deltas.push_back(static_cast<uint64_t>(times[i]) - static_cast<uint64_t>(times[i - 1]));
  const bool equal = std::adjacent_find(deltas.begin(), deltas.end(), std::not_equal_to<>()) == deltas.end();
  const uint64_t largest = deltas.empty() ? 0 : *std::max_element(deltas.begin(), deltas.end());
  std::string out;
  if (largest > kMostPacked && !equal) {
    out += '\0';
    AppendBig(out, times[0]);
    for (const uint64_t delta : deltas) AppendBig(out, delta);
    return out;
  }
  unsigned digits = 12;
  uint64_t divisor = 1'000'000'000'000;
  for (const uint64_t delta : deltas) {
    for (; delta % divisor != 0; divisor /= 10) --digits;
  }
  const bool run = equal && !deltas.empty();
  out += static_cast<char>((run ? 0x20 : 0x10) | digits);
  AppendBig(out, times[0]);
  if (run) {
    AppendUvarint(out, deltas[0] / divisor);
    AppendUvarint(out, times.size());
    return out;
  }
  for (uint64_t& delta : deltas) delta /= divisor;
  AppendSimple8b(out, deltas);
  return out;
}

std::string EncodeIntegers(std::span<const int64_t> values) {
  if (values.empty()) return {};
  std::vector<uint64_t> deltas;
  uint64_t previous = 0;
  for (const int64_t value : values) {
    deltas.push_back(ZigZag(static_cast<uint64_t>(value) - previous));
    previous = static_cast<uint64_t>(value);
  }
  const std::span<const uint64_t> rest = std::span<const uint64_t>(deltas).subspan(1);
  const bool equal = std::adjacent_find(rest.begin(), rest.end(), std::not_equal_to<>()) == rest.end();
  std::string out;
  if (equal && values.size() > 2) {
    out += '\x20';
    AppendBig(out, deltas[0]);
    AppendUvarint(out, rest[0]);
    AppendUvarint(out, rest.size());
  } else if (std::any_of(rest.begin(), rest.end(), [](uint64_t delta) { return delta > kMostPacked; })) {
    out += '\0';
    for (const uint64_t delta : deltas) AppendBig(out, delta);
  } else {
    out += '\x10';
    AppendBig(out, deltas[0]);
    AppendSimple8b(out, rest);
  }
  return out;
}

std::string EncodeFloats(std::span<const double> values) {
  BitWriter bits;
  uint64_t previous = values.empty() ? kGoNan : std::bit_cast<uint64_t>(values[0]);
  bits.Write(previous, 64);
  unsigned leading = 64;
  unsigned trailing = 0;
  const auto put = [&](uint64_t value) {
    const uint64_t difference = value ^ previous;
    previous = value;
    if (difference == 0) return bits.Write(0, 1);
    // The server masks instead of clamping: 33 leading zeros are written as one.
    const unsigned new_leading = static_cast<unsigned>(std::countl_zero(difference)) & 0x1f;
    const auto new_trailing = static_cast<unsigned>(std::countr_zero(difference));
    if (leading != 64 && new_leading >= leading && new_trailing >= trailing) {
      bits.Write(0b10, 2);
    } else {
      leading = new_leading;
      trailing = new_trailing;
      bits.Write(0b11, 2);
      bits.Write(leading, 5);
      bits.Write((64 - leading - trailing) & 0x3f, 6);
    }
    bits.Write(difference >> trailing, 64 - leading - trailing);
  };
  if (!values.empty()) {
    for (const double value : values.subspan(1)) put(std::bit_cast<uint64_t>(value));
    put(kGoNan);
  }
  return "\x10" + bits.bytes();
}

std::string EncodeBooleans(std::span<const TsmBoolean> values) {
  std::string out = "\x10";
  AppendUvarint(out, values.size());
  BitWriter bits;
  for (const TsmBoolean value : values) bits.Write(value.value ? 1 : 0, 1);
  return out + bits.bytes();
}

std::string EncodeStrings(std::span<const std::string> values) {
  std::string text;
  for (const std::string& value : values) {
    AppendUvarint(text, value.size());
    text += value;
  }
  return values.empty() ? "\x10" : "\x10" + Snappy(text);
}

std::string EncodeBlock(std::span<const int64_t> times, const TsmValues& values) {
  const std::string timestamps = EncodeTimestamps(times);
  std::string block(1, static_cast<char>(TypeByte(values)));
  AppendUvarint(block, timestamps.size());
  return block + timestamps + EncodeValues(values);
}

TsmWriter::TsmWriter() : file_("\x16\xd1\x16\xd1\x01") {}

void TsmWriter::AddBlock(std::string_view key, std::span<const int64_t> times, const TsmValues& values) {
  AddRawBlock(key, TypeByte(values), {times.front(), times.back()}, EncodeBlock(times, values));
}

void TsmWriter::AddRawBlock(std::string_view key, uint8_t type, std::pair<int64_t, int64_t> times,
                            std::string_view block) {
  if (index_.empty() || index_.back().key != key) index_.push_back({std::string(key), type, 0, {}});
  Record& record = index_.back();
  ++record.count;
  AppendBig(record.entries, times.first);
  AppendBig(record.entries, times.second);
  AppendBig(record.entries, uint64_t{file_.size()});
  AppendBig(record.entries, static_cast<uint32_t>(block.size() + 4));
  AppendBig(file_, static_cast<uint32_t>(::crc32(0, reinterpret_cast<const unsigned char*>(block.data()),
                                                 static_cast<uInt>(block.size()))));
  file_ += block;
}

std::string TsmWriter::Finish() const {
  std::string file = file_;
  for (const Record& record : index_) {
    AppendBig(file, static_cast<uint16_t>(record.key.size()));
    file += record.key;
    file += static_cast<char>(record.type);
    AppendBig(file, record.count);
    file += record.entries;
  }
  AppendBig(file, uint64_t{file_.size()});
  return file;
}

std::string EncodeTombstones(int version, std::span<const TombstoneEntry> entries) {
  std::string out;
  if (version > 1) AppendBig(out, static_cast<uint32_t>(0x1500 + version));
  std::string member;
  for (const TombstoneEntry& entry : entries) {
    if (version == 1) {
      out += entry.key + "\n";
      continue;
    }
    AppendBig(member, static_cast<uint32_t>(entry.key.size()));
    member += entry.key;
    AppendBig(member, entry.min_time);
    AppendBig(member, entry.max_time);
    if (version < 4) continue;
    out += compression::Encode(compression::Codec::kGzip, member);
    member.clear();
  }
  if (version == 2) out += member;
  if (version == 3) out += compression::Encode(compression::Codec::kGzip, member);
  return out;
}

void WalWriter::Write(std::string_view key, std::span<const int64_t> times, const TsmValues& values) {
  std::string payload(1, static_cast<char>(WalTypeByte(values)));
  AppendBig(payload, static_cast<uint16_t>(key.size()));
  payload += key;
  AppendBig(payload, static_cast<uint32_t>(times.size()));
  for (size_t i = 0; i < times.size(); ++i) {
    AppendBig(payload, times[i]);
    if (const auto* floats = std::get_if<std::vector<double>>(&values)) {
      AppendBig(payload, std::bit_cast<uint64_t>((*floats)[i]));
    } else if (const auto* integers = std::get_if<std::vector<int64_t>>(&values)) {
      AppendBig(payload, (*integers)[i]);
    } else if (const auto* unsigneds = std::get_if<std::vector<uint64_t>>(&values)) {
      AppendBig(payload, (*unsigneds)[i]);
    } else if (const auto* booleans = std::get_if<std::vector<TsmBoolean>>(&values)) {
      payload += (*booleans)[i].value ? '\x01' : '\0';
    } else {
      const std::string& text = std::get<std::vector<std::string>>(values)[i];
      AppendBig(payload, static_cast<uint32_t>(text.size()));
      payload += text;
    }
  }
  AddEntry(1, payload);
}

void WalWriter::Delete(std::span<const std::string> keys) {
  std::string payload;
  for (const std::string& key : keys) payload += (payload.empty() ? "" : "\n") + key;
  AddEntry(2, payload);
}

void WalWriter::DeleteRange(std::span<const std::string> keys, int64_t min_time, int64_t max_time) {
  std::string payload;
  AppendBig(payload, min_time);
  AppendBig(payload, max_time);
  for (const std::string& key : keys) {
    AppendBig(payload, static_cast<uint32_t>(key.size()));
    payload += key;
  }
  AddEntry(3, payload);
}

void WalWriter::AddEntry(uint8_t type, std::string_view payload) {
  const std::string packed = Snappy(payload);
  segment_ += static_cast<char>(type);
  AppendBig(segment_, static_cast<uint32_t>(packed.size()));
  segment_ += packed;
}

}  // namespace firn::testing
