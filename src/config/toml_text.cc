#include "config/toml_text.h"

#include <algorithm>

namespace firn::config {
namespace {

size_t CommentLength(std::string_view text) {
  return std::min(text.size(), text.find('\n'));
}

}  // namespace

size_t StringLiteralLength(std::string_view text) {
  const char quote = text.front();
  const bool triple = text.size() >= 3 && text[1] == quote && text[2] == quote;
  const std::string_view closing = text.substr(0, triple ? 3 : 1);
  for (size_t i = closing.size(); i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (!triple && text[i] == '\n') {
      return i;
    } else if (text.substr(i, closing.size()) == closing) {
      size_t end = i + closing.size();
      // A multi-line string may end in one or two quotes of its own.
      for (int extra = 0; triple && extra < 2 && end < text.size() && text[end] == quote; ++extra) ++end;
      return end;
    }
  }
  return text.size();
}

size_t FindDeepKey(std::string_view text, size_t parts) {
  size_t dots = 0;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '#') {
      at += CommentLength(text.substr(at));
      continue;
    }
    if (c == '"' || c == '\'') {
      at += StringLiteralLength(text.substr(at));
      continue;
    }
    if (c == '.' && ++dots >= parts) return at;
    // What ends a key or begins one; values have no more dots than numbers have.
    if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos) dots = 0;
    ++at;
  }
  return std::string_view::npos;
}

std::string RemoveComments(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t stop = text.find_first_of("#\"'");
    out.append(text.substr(0, stop));
    if (stop == std::string_view::npos) break;
    text.remove_prefix(stop);
    if (text.front() == '#') {
      text.remove_prefix(CommentLength(text));
    } else {
      const size_t length = StringLiteralLength(text);
      out.append(text.substr(0, length));
      text.remove_prefix(length);
    }
  }
  return out;
}

}  // namespace firn::config
