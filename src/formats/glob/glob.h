#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.h"

namespace firn::glob {

/// A shell-like pattern as Telegraf has it: `*` any characters but separators, `**` any characters, `?` one character
/// but a separator, `[abc]`, `[a-z]`, `[!a-z]` one of a set, `{a,b*}` alternatives, `\` takes the next character as it
/// is. Characters are code points of UTF-8. Matching takes time proportional to text × pattern, whatever both are.
class Glob {
 public:
  /// kInvalidInput when a bracket or brace is left open, or alternatives nest deeper than 16.
  static Result<Glob> Compile(std::string_view pattern, std::string_view separators = "");

  bool Matches(std::string_view text) const;

 private:
  friend class Compiler;
  struct Instruction {
    enum class Kind : uint8_t { kCharacter, kSet, kNotSeparator, kAny, kSplit, kJump, kMatch };
    Kind kind = Kind::kMatch;
    bool negated = false;
    uint32_t character = 0;
    uint32_t target = 0;  ///< of a jump; the second way of a split
    uint32_t set = 0;     ///< index into sets_
  };
  using Ranges = std::vector<std::pair<uint32_t, uint32_t>>;

  bool Accepts(const Instruction& instruction, uint32_t character) const;
  void Follow(uint32_t at, std::vector<uint32_t>& threads, std::vector<uint32_t>& seen, uint32_t step) const;

  std::vector<Instruction> program_;
  std::vector<Ranges> sets_;
  std::u32string separators_;
};

/// Whether a text has a meaning as a pattern (`*`, `?` or `[`); else it is compared as it is.
bool HasMeta(std::string_view pattern);

/// Matches what any of its patterns matches.
class GlobList {
 public:
  static Result<GlobList> Compile(const std::vector<std::string>& patterns, std::string_view separators = "");

  bool empty() const { return exact_.empty() && globs_.empty(); }
  bool Matches(std::string_view text) const;

 private:
  std::unordered_set<std::string> exact_;
  std::vector<Glob> globs_;
};

}  // namespace firn::glob
