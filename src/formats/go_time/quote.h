#pragma once

#include <string>
#include <string_view>

namespace firn::go_time {

/// `text` in double quotes as Go's package time shows it in errors: quotes and backslashes escaped, every byte that is
/// not printable ASCII as \xhh.
std::string Quoted(std::string_view text);

}  // namespace firn::go_time
