#include "starlark_mutation.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace firn::testing {
namespace {

/// Words, runs of blanks, and single characters.
std::vector<std::string> Pieces(std::string_view program) {
  const auto kind = [](char c) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') return 1;
    return c == ' ' ? 2 : 0;
  };
  std::vector<std::string> pieces;
  for (size_t i = 0; i < program.size(); ++i) {
    const bool goes_on = i > 0 && kind(program[i]) != 0 && kind(program[i]) == kind(program[i - 1]);
    if (!goes_on) pieces.emplace_back();
    pieces.back() += program[i];
  }
  return pieces;
}

std::string_view NewPiece(Choices& choices) {
  return choices.PickOf<std::string_view>({"(",
                                           ")",
                                           "[",
                                           "]",
                                           "{",
                                           "}",
                                           ",",
                                           ":",
                                           "=",
                                           "==",
                                           ".",
                                           "*",
                                           "**",
                                           "not",
                                           " in ",
                                           " if ",
                                           " else ",
                                           "for ",
                                           "lambda ",
                                           "def ",
                                           "load",
                                           "return ",
                                           "break",
                                           "pass",
                                           "\n",
                                           "\n  ",
                                           ";",
                                           "x",
                                           "undefined_name",
                                           "1",
                                           "0x",
                                           "017",
                                           "1.5e",
                                           "'",
                                           "\"",
                                           "'''",
                                           "\\",
                                           "#",
                                           "-",
                                           "<",
                                           "and",
                                           " or ",
                                           "is",
                                           "$",
                                           "é",
                                           "\t",
                                           "while ",
                                           "+=",
                                           "//",
                                           "~"});
}

}  // namespace

std::string MutateStarlarkProgram(std::string_view program, Choices& choices) {
  std::vector<std::string> pieces = Pieces(program);
  const uint32_t changes = 1 + choices.Pick(3);
  for (uint32_t i = 0; i < changes && !pieces.empty(); ++i) {
    const auto place = pieces.begin() + choices.Pick(static_cast<uint32_t>(pieces.size()));
    const auto other = pieces.begin() + choices.Pick(static_cast<uint32_t>(pieces.size()));
    switch (choices.Pick(4)) {
      case 0:
        pieces.erase(place);
        break;
      case 1:
        std::iter_swap(place, other);
        break;
      case 2:
        *place = NewPiece(choices);
        break;
      default:
        *place += NewPiece(choices);
    }
  }
  std::string mutated;
  for (const std::string& piece : pieces) mutated += piece;
  return mutated;
}

}  // namespace firn::testing
