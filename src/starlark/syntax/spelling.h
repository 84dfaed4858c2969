#pragma once

#include <span>
#include <string_view>

namespace firn::starlark {

/// The candidate that `name` was probably meant to be: the nearest one by edit distance, case and underscores aside, if
/// at most half of it differs; else empty. Of equally near ones the first. Long names are not looked at.
std::string_view NearestName(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace firn::starlark
