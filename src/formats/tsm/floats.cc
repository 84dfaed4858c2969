#include "formats/tsm/floats.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "formats/tsm/big_endian.h"

// The stream is a chain: where a value's bits begin is known only when the value before has been read. What breaks the
// chain is that a window, once it is wide enough, is used again and again (the encoder keeps it after a reuse): then
// the next position is the present one plus a number that is known already, the processor guesses the branch and works
// on several values at a time. So the window is a branch, not a choice by masks, which would wait for the bits each
// time. A step checks nothing: while kStepBytes remain it cannot leave the block, the last bytes are decoded from a
// copy that is padded with zeros, and what can be wrong is collected on the way and looked at once, at the end.

namespace firn::tsm {
namespace {

// The pattern that ends a stream: Go's NaN, which can therefore not be a value.
constexpr uint64_t kEnd = 0x7ff8000000000001;
constexpr size_t kFirstBytes = 9;  // scheme and a whole first value
constexpr unsigned kHeaderBits = 13;
// Of 64 bits that are read from within a byte on, so many are there in any case.
constexpr unsigned kSureBits = 57;
// Most that a step looks at: 13 bits and 64 bits, from within a byte on, read as 8 bytes and one more.
constexpr size_t kStepBytes = 2 + 9 + 1;

class Stream {
 public:
  Stream(const char* bytes, uint64_t first) : bytes_(bytes), value_(first) {}

  size_t bit() const { return bit_; }
  uint64_t value() const { return value_; }
  bool damaged() const { return damaged_; }

  /// Moves on to the next value. kStepBytes must be readable from bit() on.
  void Step() {
    const uint64_t word = LoadBigEndian<uint64_t>(bytes_ + bit_ / 8) << (bit_ % 8);
    if (static_cast<int64_t>(word) >= 0) {  // control bit 0: the same value
      ++bit_;
      return;
    }
    if ((word >> 62) == 3) [[unlikely]] {
      TakeWindow(static_cast<unsigned>(word >> (64 - kHeaderBits)));
      bit_ += kHeaderBits;
    } else if (meaningful_ <= kSureBits - 2) [[likely]] {
      // The value's bits are in the word too.
      value_ ^= ((word << 2) >> leading_) & window_;
      bit_ += 2 + meaningful_;
      return;
    } else {
      bit_ += 2;
    }
    value_ ^= (Read64() >> leading_) & window_;
    bit_ += meaningful_;
  }

  /// Goes on in a copy of the bytes from byte() on.
  size_t byte() const { return bit_ / 8; }
  void MoveTo(const char* copy) {
    bytes_ = copy;
    bit_ %= 8;
  }

 private:
  /// `header` ends with five bits of leading zeros and six of length.
  void TakeWindow(unsigned header) {
    meaningful_ = ((header - 1) & 0x3f) + 1;  // 0 stands for 64
    leading_ = (header >> 6) & 0x1f;
    damaged_ |= leading_ + meaningful_ > 64;
    window_ = (~uint64_t{0} << (64 - meaningful_)) >> leading_;
  }

  uint64_t Read64() const {
    const uint64_t high = LoadBigEndian<uint64_t>(bytes_ + bit_ / 8);
    const uint64_t low = static_cast<uint8_t>(bytes_[bit_ / 8 + 8]);
    const unsigned shift = bit_ % 8;
    return (high << shift) | (low >> (8 - shift));
  }

  const char* bytes_;
  size_t bit_ = 0;
  uint64_t value_;
  // The window of a value in which it differs from the one before.
  unsigned leading_ = 0;
  unsigned meaningful_ = 64;
  uint64_t window_ = ~uint64_t{0};
  bool damaged_ = false;
};

/// Steps while bit() is below `end_bit` and values are wanted; tells whether the stream's end came among them.
bool DecodeUpTo(Stream& stream, size_t end_bit, std::span<double> out, size_t& next) {
  bool ended = false;
  Stream local = stream;
  size_t at = next;
  while (at < out.size() && local.bit() < end_bit) {
    local.Step();
    ended |= local.value() == kEnd;
    out[at++] = std::bit_cast<double>(local.value());
  }
  stream = local;
  next = at;
  return ended;
}

Error WrongCount(std::string_view how, size_t wanted) {
  return Corrupt("floats: {} values than the {} timestamps", how, wanted);
}

}  // namespace

Status DecodeFloats(std::string_view bytes, std::span<double> out) {
  if (bytes.size() < kFirstBytes) {
    if (out.empty()) return OkStatus();
    return Corrupt("floats: {} bytes are too few for {} values", bytes.size(), out.size());
  }
  if (static_cast<uint8_t>(bytes[0]) >> 4 != 1)
    return Corrupt("floats: there is no scheme {}", static_cast<uint8_t>(bytes[0]) >> 4);
  const auto first = LoadBigEndian<uint64_t>(bytes.data() + 1);
  if (out.empty()) return first == kEnd ? OkStatus() : Status(WrongCount("more", 0));
  if (first == kEnd) return WrongCount("fewer", out.size());
  out[0] = std::bit_cast<double>(first);

  const std::string_view bits = bytes.substr(kFirstBytes);
  Stream stream(bits.data(), first);
  size_t next = 1;
  bool ended = false;
  if (bits.size() >= kStepBytes) ended = DecodeUpTo(stream, (bits.size() - kStepBytes) * 8, out, next);

  std::array<char, 4 * kStepBytes> tail{};
  const std::string_view rest = bits.substr(stream.byte());
  rest.copy(tail.data(), std::min(rest.size(), 2 * kStepBytes));
  stream.MoveTo(tail.data());
  // Of a block with bytes behind its end marker not all may have been copied; they are not looked at.
  const size_t end_bit = std::min(rest.size(), 2 * kStepBytes) * 8;
  ended |= DecodeUpTo(stream, end_bit, out, next);
  if (ended || next < out.size()) return WrongCount("fewer", out.size());
  if (stream.bit() < end_bit) stream.Step();
  if (stream.bit() > end_bit) return Corrupt("floats: the bits end within a value");
  if (stream.value() != kEnd) return WrongCount("more", out.size());
  if (stream.damaged()) return Corrupt("floats: a window wider than a value");
  return OkStatus();
}

}  // namespace firn::tsm
