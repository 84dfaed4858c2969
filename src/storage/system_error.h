#pragma once

#include <string_view>

#include "base/result.h"

namespace firn::storage {

/// The Error for `code` (an errno) of a system call on `path`: `cannot open: Permission denied: /a/b`.
Error SystemError(std::string_view what, std::string_view path, int code);

}  // namespace firn::storage
