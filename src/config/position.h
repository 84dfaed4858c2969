#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace firn::config {

/// A place in a configuration file. Line and column count from 1; line 0 = not in a file (a default, the command line).
struct Position {
  std::shared_ptr<const std::string> file;
  uint32_t line = 0;
  uint32_t column = 0;

  /// "telegraf.conf:12:3", or "" when it is nowhere.
  std::string ToString() const;
};

}  // namespace firn::config
