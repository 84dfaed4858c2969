#pragma once

#include <string>
#include <string_view>

namespace firn::http {

/// A URL as messages and names show it: without the user and password that may stand before the host.
std::string ShownUrl(std::string_view url);

}  // namespace firn::http
