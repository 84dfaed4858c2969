#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

/// Little- and big-endian numbers in byte strings. Firn runs on little-endian machines only (checked here).

namespace firn {

static_assert(std::endian::native == std::endian::little);

/// Reads a T stored little-endian at `bytes`, which must hold sizeof(T) bytes; no alignment needed.
template <typename T>
T LoadLittleEndian(const char* bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

template <typename T>
void AppendLittleEndian(std::string& out, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

/// Lower-case hexadecimal of `bytes`.
std::string ToHex(std::string_view bytes);

}  // namespace firn
