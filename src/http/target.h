#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace firn::http {

/// The request target of a request line, taken apart.
struct Target {
  std::string path;       ///< decoded
  std::string raw_query;  ///< as sent, without '?'
};

/// Takes apart "/write?db=x" and "http://host/write?db=x". kInvalidInput when the path has a malformed escape.
Result<Target> ParseTarget(std::string_view target);

/// Decodes `a=1&b=c+d` in order. Malformed escapes stay as they are; a name without '=' has the value "".
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view raw_query);

/// Encodes everything but letters, digits and `-._~`.
std::string PercentEncode(std::string_view text);

}  // namespace firn::http
