#include "formats/tsm/timestamps.h"

#include <array>

#include "formats/tsm/byte_reader.h"
#include "formats/tsm/simple8b.h"

namespace firn::tsm {
namespace {

constexpr size_t kFirstBytes = 9;  // scheme and divisor, and a whole first value
constexpr unsigned kMaxDivisorDigits = 12;

TimestampScheme SchemeOf(std::string_view bytes) {
  return static_cast<TimestampScheme>(static_cast<uint8_t>(bytes[0]) >> 4);
}

/// 10 to the power in the lower half of the first byte.
uint64_t DivisorOf(std::string_view bytes) {
  uint64_t divisor = 1;
  for (unsigned digits = static_cast<uint8_t>(bytes[0]) & 0xf; digits > 0; --digits) divisor *= 10;
  return divisor;
}

struct Run {
  uint64_t delta = 0;
  uint64_t count = 0;
};

Result<Run> ParseRun(std::string_view bytes) {
  ByteReader reader(bytes.substr(kFirstBytes));
  const std::optional<uint64_t> delta = reader.Uvarint();
  const std::optional<uint64_t> count = reader.Uvarint();
  if (!delta || !count || !reader.empty()) return Corrupt("timestamps: a run of times is not whole");
  return Run{*delta * DivisorOf(bytes), *count};
}

void DecodeRaw(std::string_view bytes, std::span<uint64_t> out) {
  uint64_t time = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    time += LoadBigEndian<uint64_t>(bytes.data() + 1 + 8 * i);
    out[i] = time;
  }
}

void DecodeRun(uint64_t first, uint64_t delta, std::span<uint64_t> out) {
  // Two side by side, so that neither waits for the other.
  uint64_t even = first;
  uint64_t odd = first + delta;
  size_t i = 0;
  for (; i + 2 <= out.size(); i += 2, even += 2 * delta, odd += 2 * delta) {
    out[i] = even;
    out[i + 1] = odd;
  }
  if (i < out.size()) out[i] = even;
}

void DecodePacked(std::string_view words, uint64_t first, uint64_t divisor, std::span<uint64_t> out) {
  uint64_t* next = out.data();
  *next++ = first;
  ForEachSimple8b(words, [next, time = first, divisor](uint64_t delta) mutable {
    time += delta * divisor;
    *next++ = time;
  });
}

}  // namespace

Result<uint64_t> CountTimestamps(std::string_view bytes) {
  if (bytes.empty()) return uint64_t{0};
  const TimestampScheme scheme = SchemeOf(bytes);
  if (scheme == TimestampScheme::kRaw) {
    if (bytes.size() % 8 != 1) return Corrupt("timestamps: {} bytes are no whole number of times", bytes.size());
    return bytes.size() / 8;
  }
  if (scheme != TimestampScheme::kSimple8b && scheme != TimestampScheme::kRunLength)
    return Corrupt("timestamps: there is no scheme {}", static_cast<int>(scheme));
  if (bytes.size() < kFirstBytes) return Corrupt("timestamps: {} bytes are too few", bytes.size());
  if ((static_cast<uint8_t>(bytes[0]) & 0xf) > kMaxDivisorDigits) return Corrupt("timestamps: divisor beyond 10^12");
  if (scheme == TimestampScheme::kRunLength) {
    FIRN_ASSIGN(const Run run, ParseRun(bytes));
    return run.count;
  }
  const std::optional<uint64_t> packed = CountSimple8b(bytes.substr(kFirstBytes));
  if (!packed) return Corrupt("timestamps: packed words are not whole");
  return *packed + 1;
}

void DecodeTimestamps(std::string_view bytes, std::span<int64_t> out) {
  if (out.empty()) return;
  const std::span<uint64_t> words(reinterpret_cast<uint64_t*>(out.data()), out.size());
  const TimestampScheme scheme = SchemeOf(bytes);
  if (scheme == TimestampScheme::kRaw) return DecodeRaw(bytes, words);
  const auto first = LoadBigEndian<uint64_t>(bytes.data() + 1);
  if (scheme == TimestampScheme::kRunLength) {
    const Result<Run> run = ParseRun(bytes);
    return DecodeRun(first, run.ok() ? run->delta : 0, words);
  }
  DecodePacked(bytes.substr(kFirstBytes), first, DivisorOf(bytes), words);
}

}  // namespace firn::tsm
