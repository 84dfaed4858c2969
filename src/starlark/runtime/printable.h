#pragma once

namespace firn::starlark {

/// Whether repr() shows a code point as it is: letters, marks, numbers, punctuation, symbols and U+0020, as Go's
/// strconv.IsPrint (Unicode 15.0).
bool IsPrintable(char32_t code_point);

}  // namespace firn::starlark
