#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace firn::tsm {

static_assert(std::endian::native == std::endian::little);

inline uint16_t FromBigEndian(uint16_t value) {
  return __builtin_bswap16(value);
}
inline uint32_t FromBigEndian(uint32_t value) {
  return __builtin_bswap32(value);
}
inline uint64_t FromBigEndian(uint64_t value) {
  return __builtin_bswap64(value);
}

/// Reads a T stored big-endian at `bytes`, which must hold sizeof(T) bytes; no alignment needed.
template <std::unsigned_integral T>
T LoadBigEndian(const char* bytes) {
  return FromBigEndian(LoadLittleEndian<T>(bytes));
}

}  // namespace firn::tsm
