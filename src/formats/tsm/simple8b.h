#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// Words of 64 bits, big-endian, that hold 1 to 240 small numbers each: the upper four bits say how many and how wide
/// (docs/formats/tsm.md, "simple8b").
namespace firn::tsm {

/// How many numbers `words` holds; none when its size is no multiple of 8.
std::optional<uint64_t> CountSimple8b(std::string_view words);

/// Unpacks `words`, which must hold out.size() numbers (CountSimple8b).
void DecodeSimple8b(std::string_view words, std::span<uint64_t> out);

}  // namespace firn::tsm
