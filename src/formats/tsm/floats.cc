#include "formats/tsm/floats.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "formats/tsm/big_endian.h"

// The stream is a chain: where a value's bits begin is known only when the value before has been read, so what counts
// is the number of cycles from one to the next. A step therefore loads 64 bits at the present position and reads all
// that can stand before a value (two control bits, five of leading zeros, six of length) out of that one word, choosing
// by masks where a branch would be guessed wrong half of the time. Only "same as before" is a branch. A step checks
// nothing: while kStepBytes remain it cannot leave the block, the last bytes are decoded from a copy that is padded
// with zeros, and what can be wrong is collected on the way and looked at once, at the end.

namespace firn::tsm {
namespace {

// The pattern that ends a stream: Go's NaN, which can therefore not be a value.
constexpr uint64_t kEnd = 0x7ff8000000000001;
constexpr size_t kFirstBytes = 9;  // scheme and a whole first value
constexpr unsigned kHeaderBits = 13;
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
    const uint64_t word = LoadBigEndian<uint64_t>(bytes_ + bit_ / 8) << (bit_ % 8);  // at least 57 bits are valid
    if (static_cast<int64_t>(word) >= 0) {                                           // control bit 0: the same value
      ++bit_;
      return;
    }
    const bool new_window = (word >> 62) == 3;  // else the one before
    const auto header = static_cast<unsigned>(word >> (64 - kHeaderBits));
    const unsigned length = ((header - 1) & 0x3f) + 1;  // 0 stands for 64
    leading_ = new_window ? (header >> 6) & 0x1f : leading_;
    meaningful_ = new_window ? length : meaningful_;
    bit_ += new_window ? kHeaderBits : 2;
    damaged_ |= leading_ + meaningful_ > 64;
    value_ ^= Read(meaningful_) << ((64 - leading_ - meaningful_) & 63);
    bit_ += meaningful_;
  }

  /// Goes on in a copy of the bytes from byte() on.
  size_t byte() const { return bit_ / 8; }
  void MoveTo(const char* copy) {
    bytes_ = copy;
    bit_ %= 8;
  }

 private:
  /// The next `count` (1 to 64) bits.
  uint64_t Read(unsigned count) const {
    const uint64_t high = LoadBigEndian<uint64_t>(bytes_ + bit_ / 8);
    const uint64_t low = static_cast<uint8_t>(bytes_[bit_ / 8 + 8]);
    const unsigned shift = bit_ % 8;
    return ((high << shift) | (low >> (8 - shift))) >> (64 - count);
  }

  const char* bytes_;
  size_t bit_ = 0;
  uint64_t value_;
  unsigned leading_ = 0;
  unsigned meaningful_ = 64;
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
