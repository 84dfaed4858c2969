#include "starlark/text/search.h"

#include <algorithm>
#include <cstring>

#include "starlark/syntax/code_points.h"
#include "starlark/text/unicode.h"

namespace firn::starlark::text {
namespace {

/// The code point that `text`, which is not empty, ends with.
CodePoint DecodeLast(std::string_view text) {
  for (size_t size = 1; size <= std::min<size_t>(4, text.size()); ++size) {
    const std::string_view tail = text.substr(text.size() - size);
    if ((static_cast<unsigned char>(tail[0]) & 0xC0) == 0x80) continue;
    const CodePoint found = DecodeCodePoint(tail);
    if (found.size == size) return found;
    break;
  }
  return {};
}

bool Holds(std::string_view set, char32_t code_point) {
  while (!set.empty()) {
    const CodePoint member = DecodeCodePoint(set);
    if (member.value == code_point) return true;
    set.remove_prefix(member.size);
  }
  return false;
}

template <typename Drop>
std::string_view DropLeft(std::string_view text, Drop drop) {
  while (!text.empty()) {
    const CodePoint first = DecodeCodePoint(text);
    if (!drop(first.value)) break;
    text.remove_prefix(first.size);
  }
  return text;
}

template <typename Drop>
std::string_view DropRight(std::string_view text, Drop drop) {
  while (!text.empty()) {
    const CodePoint last = DecodeLast(text);
    if (!drop(last.value)) break;
    text.remove_suffix(last.size);
  }
  return text;
}

/// Calls `visit` with the position of each occurrence to be replaced.
template <typename Visit>
void ForEachOccurrence(std::string_view text, std::string_view wanted, int64_t limit, Visit visit) {
  size_t at = 0;
  for (int64_t i = 0; limit < 0 || i < limit; ++i) {
    if (wanted.empty()) {  // In front of each code point, and at the end.
      if (i > 0 && at == text.size()) return;
      if (i > 0) at += DecodeCodePoint(text.substr(at)).size;
    } else {
      const size_t found = Find(text.substr(at), wanted);
      if (found == kNotFound) return;
      at += found;
    }
    visit(at);
    at += wanted.size();
  }
}

}  // namespace

size_t Find(std::string_view text, std::string_view wanted) {
  if (wanted.empty()) return 0;
  if (text.size() < wanted.size()) return kNotFound;
  const void* found = wanted.size() == 1 ? std::memchr(text.data(), wanted[0], text.size())
                                         : memmem(text.data(), text.size(), wanted.data(), wanted.size());
  return found == nullptr ? kNotFound : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

size_t FindLast(std::string_view text, std::string_view wanted) {
  return text.rfind(wanted);
}

size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(DecodeCodePoint(text).size);
  return count;
}

size_t Count(std::string_view text, std::string_view wanted) {
  if (wanted.empty()) return CountCodePoints(text) + 1;
  size_t count = 0;
  ForEachOccurrence(text, wanted, -1, [&](size_t) { ++count; });
  return count;
}

uint64_t ReplacedSize(std::string_view text, std::string_view wanted, std::string_view replacement, int64_t limit) {
  uint64_t count = 0;
  ForEachOccurrence(text, wanted, limit, [&](size_t) { ++count; });
  return text.size() - count * wanted.size() + count * replacement.size();
}

void AppendReplaced(std::string_view text, std::string_view wanted, std::string_view replacement, int64_t limit,
                    std::string& out) {
  size_t copied = 0;
  ForEachOccurrence(text, wanted, limit, [&](size_t at) {
    out.append(text, copied, at - copied).append(replacement);
    copied = at + wanted.size();
  });
  out.append(text, copied);
}

std::string_view StripLeft(std::string_view text, std::string_view set) {
  return DropLeft(text, [set](char32_t c) { return Holds(set, c); });
}

std::string_view StripRight(std::string_view text, std::string_view set) {
  return DropRight(text, [set](char32_t c) { return Holds(set, c); });
}

std::string_view StripSpaceLeft(std::string_view text) {
  return DropLeft(text, IsSpace);
}

std::string_view StripSpaceRight(std::string_view text) {
  return DropRight(text, IsSpace);
}

std::string_view StripWordRight(std::string_view text) {
  return DropRight(text, [](char32_t c) { return !IsSpace(c); });
}

int32_t HashText(std::string_view text) {
  uint32_t hash = 0;
  while (!text.empty()) {
    const CodePoint next = DecodeCodePoint(text);
    hash = 31 * hash + static_cast<uint32_t>(next.value);
    text.remove_prefix(next.size);
  }
  return static_cast<int32_t>(hash);
}

uint32_t HashByteString(std::string_view bytes) {
  uint32_t hash = 2166136261;
  for (char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return hash;
}

}  // namespace firn::starlark::text
