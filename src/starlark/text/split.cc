#include "starlark/text/split.h"

#include <algorithm>

#include "starlark/syntax/code_points.h"
#include "starlark/text/search.h"
#include "starlark/text/unicode.h"

namespace firn::starlark::text {
namespace {

/// Where the first white space (or what is none) begins; the end if there is none.
size_t FindSpace(std::string_view text, bool is_space) {
  size_t at = 0;
  while (at < text.size()) {
    const CodePoint next = DecodeCodePoint(text.substr(at));
    if (IsSpace(next.value) == is_space) break;
    at += next.size;
  }
  return at;
}

}  // namespace

void SplitAt(std::string_view text, std::string_view separator, int64_t limit, Pieces& pieces) {
  for (int64_t i = 0; limit < 0 || i < limit; ++i) {
    const size_t at = Find(text, separator);
    if (at == kNotFound) break;
    pieces.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  pieces.push_back(text);
}

void SplitAtFromRight(std::string_view text, std::string_view separator, int64_t limit, Pieces& pieces) {
  const size_t first = pieces.size();
  SplitAt(text, separator, -1, pieces);
  const size_t found = pieces.size() - first;
  if (limit < 0 || static_cast<size_t>(limit) >= found - 1) return;
  // Separators are looked for from the left, as in Go; those in excess become part of the first piece again.
  const size_t joined = found - static_cast<size_t>(limit);
  const std::string_view last = pieces[first + joined - 1];
  pieces[first] = text.substr(0, static_cast<size_t>(last.data() + last.size() - text.data()));
  pieces.erase(pieces.begin() + static_cast<ptrdiff_t>(first) + 1,
               pieces.begin() + static_cast<ptrdiff_t>(first + joined));
}

void SplitAtSpace(std::string_view text, int64_t limit, Pieces& pieces) {
  for (int64_t i = 0;; ++i) {
    text.remove_prefix(FindSpace(text, false));
    if (text.empty()) return;
    const size_t size = limit >= 0 && i >= limit ? text.size() : FindSpace(text, true);
    pieces.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
}

void SplitAtSpaceFromRight(std::string_view text, int64_t limit, Pieces& pieces) {
  const size_t first = pieces.size();
  for (int64_t i = 0;; ++i) {
    text = StripSpaceRight(text);
    if (text.empty()) break;
    if (limit >= 0 && i >= limit) {
      pieces.push_back(text);
      break;
    }
    const std::string_view rest = StripWordRight(text);
    pieces.push_back(text.substr(rest.size()));
    text = rest;
  }
  std::reverse(pieces.begin() + static_cast<ptrdiff_t>(first), pieces.end());
}

void SplitLines(std::string_view text, LineEnds ends, Pieces& pieces) {
  while (!text.empty()) {
    const size_t at = Find(text, "\n");
    const size_t size = at == kNotFound ? text.size() : at + 1;
    pieces.push_back(text.substr(0, ends == LineEnds::kKeep || at == kNotFound ? size : at));
    text.remove_prefix(size);
  }
}

}  // namespace firn::starlark::text
