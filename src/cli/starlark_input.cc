#include "cli/starlark_input.h"

#include <utility>

#include "starlark/syntax/parser.h"

namespace firn::cli {

bool StarlarkInput::Add(std::string_view line) {
  const bool is_blank = line.find_first_not_of(" \t") == std::string_view::npos;
  if (text_.empty() && is_blank) return false;
  text_ += line;
  text_ += '\n';
  const starlark::ParseResult parsed = starlark::Parse(text_, "", options_);
  if (parsed.wants_more) return false;
  return !parsed.ok() || is_blank || !BeginsBlock();
}

bool StarlarkInput::BeginsBlock() const {
  const size_t end = text_.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
  const std::string_view word = std::string_view(text_).substr(0, end);
  return word == "def" || word == "if" || word == "for" || word == "while";
}

std::string StarlarkInput::Take() {
  return std::exchange(text_, {});
}

}  // namespace firn::cli
