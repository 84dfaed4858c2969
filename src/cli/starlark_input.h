#pragma once

#include <string>
#include <string_view>

#include "starlark/syntax/file_options.h"

namespace firn::cli {

/// Gathers what is typed, line by line, until it is a statement that can be run. A block – what begins with def, if,
/// for or while – goes on until an empty line; brackets and strings go on until they are closed.
class StarlarkInput {
 public:
  explicit StarlarkInput(const starlark::FileOptions& options) : options_(options) {}

  /// Takes a line without its end. True when the text is complete, be it right or wrong.
  bool Add(std::string_view line);

  bool is_empty() const { return text_.empty(); }
  /// What was gathered; then there is none.
  std::string Take();

 private:
  bool BeginsBlock() const;

  starlark::FileOptions options_;
  std::string text_;
};

}  // namespace firn::cli
