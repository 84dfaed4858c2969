#pragma once

#include <string>
#include <string_view>

namespace firn::iceberg {

/// `text` as a JSON string, quoted and escaped; bytes that are no UTF-8 are replaced.
std::string JsonText(std::string_view text);

}  // namespace firn::iceberg
