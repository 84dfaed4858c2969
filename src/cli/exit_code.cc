#include "cli/exit_code.h"

#include <fmt/format.h>

#include <cstdio>

namespace firn::cli {

int Report(const Error& error) {
  fmt::print(stderr, "firn: {}\n", error.message());
  return error.kind() == ErrorKind::kInvalidConfig ? kUsage : kFailed;
}

int Report(const Status& status) {
  return status.ok() ? static_cast<int>(kDone) : Report(status.error());
}

}  // namespace firn::cli
