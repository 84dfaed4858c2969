#pragma once

#include <string>
#include <vector>

/// Small Starlark programs that together try every operator, function and method with values of every type. Each prints
/// what it gets, or ends with an error.

namespace firn::testing {

/// Binary and unary operators, augmented assignments, indices and slices, over values of all types.
std::vector<std::string> StarlarkOperatorCases();

/// The functions of the language, with none to three arguments.
std::vector<std::string> StarlarkFunctionCases();

/// The methods of all types, with none to three arguments.
std::vector<std::string> StarlarkMethodCases();

/// Formatting: `%` with every conversion, `format` with every kind of field, text of numbers.
std::vector<std::string> StarlarkFormatCases();

}  // namespace firn::testing
