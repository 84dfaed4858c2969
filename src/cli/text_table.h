#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Text in columns, as wide as a terminal shows it.

namespace firn::cli {

/// The cells that UTF-8 text takes on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks.
/// Control characters count 1: they are shown as spaces.
size_t DisplayWidth(std::string_view text);

/// The beginning of `text` that fits `width` cells, with `…` at its end where something is cut; line breaks and other
/// control characters become spaces.
std::string FitTo(std::string_view text, size_t width);

/// Aligned columns with two spaces between them, no lines: for lists that people read. `right` says which columns are
/// numbers.
std::string AlignColumns(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right);

}  // namespace firn::cli
