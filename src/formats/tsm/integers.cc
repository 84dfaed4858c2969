#include "formats/tsm/integers.h"

#include "formats/tsm/byte_reader.h"
#include "formats/tsm/simple8b.h"

namespace firn::tsm {
namespace {

constexpr size_t kFirstBytes = 9;  // scheme and a whole first value

Error WrongCount(uint64_t found, size_t wanted) {
  return Corrupt("integers: {} values for {} timestamps", found, wanted);
}

Status DecodeRaw(std::string_view bytes, std::span<uint64_t> out) {
  if (bytes.size() % 8 != 1) return Corrupt("integers: {} bytes are no whole number of values", bytes.size());
  if (bytes.size() / 8 != out.size()) return WrongCount(bytes.size() / 8, out.size());
  uint64_t value = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    value += UnZigZag(LoadBigEndian<uint64_t>(bytes.data() + 1 + 8 * i));
    out[i] = value;
  }
  return OkStatus();
}

Status DecodePacked(std::string_view bytes, std::span<uint64_t> out) {
  const std::string_view words = bytes.substr(kFirstBytes);
  const std::optional<uint64_t> packed = CountSimple8b(words);
  if (!packed) return Corrupt("integers: packed words are not whole");
  if (*packed + 1 != out.size()) return WrongCount(*packed + 1, out.size());
  uint64_t* next = out.data();
  const uint64_t first = UnZigZag(LoadBigEndian<uint64_t>(bytes.data() + 1));
  *next++ = first;
  ForEachSimple8b(words, [next, value = first](uint64_t delta) mutable {
    value += UnZigZag(delta);
    *next++ = value;
  });
  return OkStatus();
}

Status DecodeRun(std::string_view bytes, std::span<uint64_t> out) {
  ByteReader reader(bytes.substr(kFirstBytes));
  const std::optional<uint64_t> delta = reader.Uvarint();
  const std::optional<uint64_t> repeats = reader.Uvarint();
  if (!delta || !repeats || !reader.empty()) return Corrupt("integers: a run of values is not whole");
  // Unlike that of timestamps, the count leaves out the first value.
  if (*repeats != out.size() - 1) return WrongCount(*repeats + 1, out.size());
  const uint64_t first = UnZigZag(LoadBigEndian<uint64_t>(bytes.data() + 1));
  const uint64_t step = UnZigZag(*delta);
  uint64_t value = first;
  for (uint64_t& next : out) {
    next = value;
    value += step;
  }
  return OkStatus();
}

}  // namespace

Status DecodeIntegers(std::string_view bytes, std::span<uint64_t> out) {
  if (bytes.empty()) return out.empty() ? OkStatus() : Status(WrongCount(0, out.size()));
  if (out.empty()) return Corrupt("integers: values without timestamps");
  const auto scheme = static_cast<IntegerScheme>(static_cast<uint8_t>(bytes[0]) >> 4);
  if (scheme == IntegerScheme::kRaw) return DecodeRaw(bytes, out);
  if (scheme != IntegerScheme::kSimple8b && scheme != IntegerScheme::kRunLength)
    return Corrupt("integers: there is no scheme {}", static_cast<int>(scheme));
  if (bytes.size() < kFirstBytes) return Corrupt("integers: {} bytes are too few", bytes.size());
  return scheme == IntegerScheme::kSimple8b ? DecodePacked(bytes, out) : DecodeRun(bytes, out);
}

}  // namespace firn::tsm
