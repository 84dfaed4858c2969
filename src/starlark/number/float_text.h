#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Floats as text, as starlark-go writes and reads them.

namespace firn::starlark::number {

/// str(x) and `%g`: the shortest digits that read back as x; with an exponent where that is < −4 or ≥ 6; ".0" where
/// neither point nor exponent shows that it is a float. "+inf", "-inf", "nan".
void AppendFloat(std::string& out, double value);
std::string FloatText(double value);

/// `%e %f %g %E %F %G`: six digits after the point for e and f, AppendFloat's form for g.
void AppendFloat(std::string& out, double value, char conversion);

/// A decimal or hexadecimal (0x1p-2) number as Go's ParseFloat reads it: optional sign, digits on at least one side of
/// the point, single '_' between digits. All of `text` must be read. No infinities, no NaN. Too large is ±infinity.
std::optional<double> ParseFloatLiteral(std::string_view text);

/// float(text): ParseFloatLiteral, and inf, infinity, nan in any case with an optional sign.
std::optional<double> ParseFloat(std::string_view text);

}  // namespace firn::starlark::number
