#pragma once

#include <cstdint>

namespace firn::starlark {

/// True for letters of any script (Unicode 15.0, category L*): what an identifier may begin with, besides `_`.
bool IsLetter(char32_t code_point);

}  // namespace firn::starlark
