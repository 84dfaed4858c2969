#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firn::point {

// The primitives of docs/formats/batch.md; hosts are little-endian (base/bytes.h).

inline void PutVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

inline void PutText(std::string& out, std::string_view text) {
  PutVarint(out, text.size());
  out += text;
}

template <typename T>
void PutArray(std::string& out, std::span<const T> values) {
  out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

/// Numbers below `limit`, in as few bytes each (1, 2 or 4) as `limit` asks for.
void PutNarrow(std::string& out, std::span<const uint32_t> numbers, uint64_t limit);

/// Reads from the front of a view and remembers the first failure: what comes behind it is empty or zero. Nothing is
/// allocated that the bytes at hand do not pay for.
class ByteCursor {
 public:
  /// Moves the front of `bytes`, which outlives it.
  explicit ByteCursor(std::string_view& bytes) : bytes_(bytes) {}

  uint64_t Varint();
  std::string_view Take(uint64_t size);
  std::string_view Text() { return Take(Varint()); }
  template <typename T>
  std::vector<T> Array(uint64_t count) {
    if (count > bytes_.size() / sizeof(T)) {
      Fail();
      return {};
    }
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), Take(count * sizeof(T)).data(), count * sizeof(T));
    return values;
  }
  /// What PutNarrow wrote; fails on a number that is not below `limit`.
  std::vector<uint32_t> Narrow(uint64_t count, uint64_t limit);
  /// A count of things that take at least `least_bytes` each.
  uint64_t Count(size_t least_bytes);

  bool ok() const { return ok_; }
  void Fail() { ok_ = false; }

 private:
  template <typename T>
  std::vector<uint32_t> Widened(uint64_t count, uint64_t limit);

  std::string_view& bytes_;
  bool ok_ = true;
};

}  // namespace firn::point
