#include "config/toml_text.h"

#include <algorithm>

namespace firn::config {
namespace {

size_t CommentLength(std::string_view text) {
  return std::min(text.size(), text.find('\n'));
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

/// Where the name begins in the header whose bracket is at `at`.
size_t HeaderName(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && IsBlank(text[at])) ++at;
  if (at < text.size() && text[at] == '[') ++at;
  while (at < text.size() && IsBlank(text[at])) ++at;
  return at;
}

/// What toml++ itself may judge behind the bracket: a name, or that there is none.
bool MayBeginHeaderName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_\"']").find(c) != std::string_view::npos;
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

std::optional<BareFault> FindBareFault(std::string_view text) {
  size_t depth = 0;  // of arrays and inline tables: a bracket at the start of a line within them is no header
  bool line_start = true;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x80) return BareFault{i, "characters beyond ASCII must stand in quotes"};
    if (c == '[' && line_start && depth == 0) {
      i = HeaderName(text, i);
      if (i < text.size() && !MayBeginHeaderName(text[i])) return BareFault{i, "expected the name of a table here"};
      while (i < text.size() && text[i] != '\n' && text[i] != '#' && static_cast<unsigned char>(text[i]) < 0x80) {
        i += text[i] == '"' || text[i] == '\'' ? StringLiteralLength(text.substr(i)) : 1;
      }
      line_start = false;
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    line_start = c == '\n' || (line_start && (c == ' ' || c == '\t' || c == '\r'));
    if (c == '#') {
      i += CommentLength(text.substr(i));
    } else if (c == '"' || c == '\'') {
      i += StringLiteralLength(text.substr(i));
    } else {
      ++i;
    }
  }
  return std::nullopt;
}

}  // namespace firn::config
