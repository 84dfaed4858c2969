#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/tsm/big_endian.h"

namespace firn::tsm {

/// Takes numbers and byte strings off the front of a byte string; none = there are not enough bytes (or a varint is
/// longer than 64 bits), and nothing has been taken.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : begin_(bytes.data()), rest_(bytes) {}

  /// Bytes taken so far.
  size_t offset() const { return static_cast<size_t>(rest_.data() - begin_); }
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

  template <std::unsigned_integral T>
  std::optional<T> BigEndian() {
    if (rest_.size() < sizeof(T)) return std::nullopt;
    const T value = LoadBigEndian<T>(rest_.data());
    rest_.remove_prefix(sizeof(T));
    return value;
  }

  std::optional<uint8_t> Byte() {
    if (rest_.empty()) return std::nullopt;
    const auto value = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }

  std::optional<std::string_view> Bytes(uint64_t size) {
    if (rest_.size() < size) return std::nullopt;
    const std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  /// Seven bits a byte, the lowest first (Go's encoding/binary, Uvarint).
  std::optional<uint64_t> Uvarint() {
    uint64_t value = 0;
    for (size_t i = 0; i < 10 && i < rest_.size(); ++i) {
      const auto byte = static_cast<uint8_t>(rest_[i]);
      if (i == 9 && byte > 1) return std::nullopt;
      value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        rest_.remove_prefix(i + 1);
        return value;
      }
    }
    return std::nullopt;
  }

 private:
  const char* begin_;
  std::string_view rest_;
};

/// Undoes zig-zag: 0, 1, 2, 3 → 0, −1, 1, −2.
inline uint64_t UnZigZag(uint64_t value) {
  return (value >> 1) ^ (0 - (value & 1));
}

}  // namespace firn::tsm
