#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "starlark/syntax/file_options.h"

/// Files of Starlark programs with what is expected of them, as the suites of google/starlark-go and
/// bazelbuild/starlark are written: programs separated by lines `---`.

namespace firn::testing {

/// An error that a chunk must give.
struct ExpectedStarlarkError {
  std::string pattern;
  bool is_quoted =
      true;  ///< a regular expression at a line (`### "…"`); else text anywhere, whatever its case (`### …`)

  /// Whether a message is the expected one.
  bool Matches(const std::string& message) const;
};

/// One program of a file.
struct StarlarkChunk {
  uint32_t first_line = 1;
  std::string source;  ///< behind as many line ends as put it at its own line
  starlark::FileOptions options;
  std::map<uint32_t, ExpectedStarlarkError> expected;  ///< by line
};

/// Cuts a file into its chunks. `option:set` and the like, anywhere in a chunk, switch its dialect. An expectation that
/// is meant for another implementation (`### java: …`) is left out.
std::vector<StarlarkChunk> ReadStarlarkChunks(const std::filesystem::path& file);

/// Whether `pattern`, in the syntax of Go's regular expressions, matches somewhere in `text`. False for what is no
/// pattern.
bool MatchesStarlarkPattern(const std::string& pattern, const std::string& text);

}  // namespace firn::testing
