#include "starlark_chunks.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <optional>
// GCC 12 sees uninitialized members in libstdc++'s <regex> where sanitizers are on (GCC bug 105562).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <regex>
#include <sstream>
#include <string_view>

namespace firn::testing {
namespace {

constexpr std::string_view kMark = "###";

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

std::string Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

/// A Go string literal without its quotes: in backquotes nothing is escaped.
std::optional<std::string> Unquoted(const std::string& text) {
  if (text.size() < 2 || text.front() != text.back()) return std::nullopt;
  const std::string inner = text.substr(1, text.size() - 2);
  if (text.front() == '`') return inner;
  if (text.front() != '"') return std::nullopt;
  std::string value;
  for (size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\' && i + 1 < inner.size()) ++i;
    value += inner[i];
  }
  return value;
}

/// What stands behind `###`; none where it is for another implementation, or a row of `#`.
std::optional<ExpectedStarlarkError> ParseExpectation(const std::string& text) {
  if (text.empty() || text.front() == '#') return std::nullopt;
  if (const auto pattern = Unquoted(text)) return ExpectedStarlarkError{*pattern, true};
  for (const std::string_view other : {"java:", "rust:"})
    if (text.starts_with(other)) return std::nullopt;
  constexpr std::string_view kGo = "go:";
  return ExpectedStarlarkError{text.starts_with(kGo) ? Trimmed(std::string_view(text).substr(kGo.size())) : text,
                               false};
}

starlark::FileOptions ReadOptions(const std::string& chunk) {
  const auto has = [&](std::string_view name) {
    return chunk.find("option:" + std::string(name)) != std::string::npos;
  };
  return {.allow_set = has("set"),
          .allow_while = has("while"),
          .allow_top_level_control = has("toplevelcontrol"),
          .allow_global_reassign = has("globalreassign"),
          .allow_recursion = has("recursion"),
          .load_binds_globally = has("loadbindsglobally")};
}

/// Enters one line; what stands behind an unquoted `###` is no part of the program.
void AddLine(StarlarkChunk& chunk, uint32_t line_number, std::string line) {
  if (const size_t mark = line.find(kMark); mark != std::string::npos) {
    const auto expectation = ParseExpectation(Trimmed(std::string_view(line).substr(mark + kMark.size())));
    if (expectation) chunk.expected.emplace(line_number, *expectation);
    if (expectation && !expectation->is_quoted) line.resize(mark);
  }
  chunk.source += line + "\n";
}

/// A brace that does not begin a count is a plain character to Go, and an error to ECMAScript.
std::string WithEscapedBraces(const std::string& pattern) {
  std::string escaped;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool is_escape = pattern[i] == '\\' && i + 1 < pattern.size();
    if (is_escape) escaped += pattern[i++];
    const bool begins_count = i + 1 < pattern.size() && std::isdigit(static_cast<unsigned char>(pattern[i + 1])) != 0;
    if (!is_escape && pattern[i] == '{' && !begins_count) escaped += '\\';
    escaped += pattern[i];
  }
  return escaped;
}

}  // namespace

bool MatchesStarlarkPattern(const std::string& pattern, const std::string& text) {
  try {
    return std::regex_search(text, std::regex(WithEscapedBraces(pattern), std::regex::ECMAScript));
  } catch (const std::regex_error&) {
    return false;
  }
}

bool ExpectedStarlarkError::Matches(const std::string& message) const {
  if (is_quoted) return MatchesStarlarkPattern(pattern, message);
  const std::string lower = LowerCase(message);
  return lower.find(LowerCase(pattern)) != std::string::npos || MatchesStarlarkPattern(LowerCase(pattern), lower);
}

std::vector<StarlarkChunk> ReadStarlarkChunks(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<StarlarkChunk> chunks(1);
  uint32_t line_number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++line_number;
    if (line != "---") {
      AddLine(chunks.back(), line_number, line);
      continue;
    }
    if (chunks.back().source.ends_with('\n')) chunks.back().source.pop_back();  // it belongs to the separator
    StarlarkChunk next;
    next.first_line = line_number + 1;
    next.source = std::string(line_number, '\n');
    chunks.push_back(std::move(next));
  }
  for (StarlarkChunk& chunk : chunks) chunk.options = ReadOptions(chunk.source);
  return chunks;
}

}  // namespace firn::testing
