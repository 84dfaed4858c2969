#pragma once

#include <string>
#include <string_view>

#include "choices.h"

namespace firn::testing {

/// The program with a few of its words, symbols or line ends taken out, doubled, swapped or replaced: most results do
/// not parse, some do not resolve.
std::string MutateStarlarkProgram(std::string_view program, Choices& choices);

}  // namespace firn::testing
