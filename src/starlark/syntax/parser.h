#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "starlark/syntax/ast.h"

namespace firn::starlark {

/// A tree, or why there is none. The tree owns its memory and keeps no view into the source.
struct ParseResult {
  std::unique_ptr<File> file;       ///< null if there are errors
  std::vector<SyntaxError> errors;  ///< the first error only: what follows one is seldom true
  bool wants_more = false;          ///< the error is that the text ends too early, e.g. inside brackets

  bool ok() const { return file != nullptr; }
};

/// Parses a source file. A superset of the language is accepted, and narrowed down by the resolver, which has better
/// words for what is wrong. Any bytes are safe: nesting beyond kMaxTreeDepth is an error like any other.
///
/// `name` is kept for messages; nothing is opened.
ParseResult Parse(std::string_view source, std::string_view name, const FileOptions& options);

/// Parses a single expression (`1, 2` is a tuple) into a file of one ExpressionStatement.
ParseResult ParseExpression(std::string_view source, std::string_view name, const FileOptions& options);

}  // namespace firn::starlark
