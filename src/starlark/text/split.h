#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

/// Splitting strings. The pieces are views into the text.

namespace firn::starlark::text {

using Pieces = std::vector<std::string_view>;

/// At every `separator`, which is not empty; at most `limit` times if that is not negative, counted from the left (the
/// right).
void SplitAt(std::string_view text, std::string_view separator, int64_t limit, Pieces& pieces);
void SplitAtFromRight(std::string_view text, std::string_view separator, int64_t limit, Pieces& pieces);

/// At runs of white space, without empty pieces. After `limit` splits the rest is one piece, with the space at its far
/// end.
void SplitAtSpace(std::string_view text, int64_t limit, Pieces& pieces);
void SplitAtSpaceFromRight(std::string_view text, int64_t limit, Pieces& pieces);

/// After each '\n', which stays at the piece's end or goes.
enum class LineEnds : uint8_t { kDrop, kKeep };
void SplitLines(std::string_view text, LineEnds ends, Pieces& pieces);

}  // namespace firn::starlark::text
