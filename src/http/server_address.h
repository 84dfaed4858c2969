#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::http {

/// Where a server listens.
struct ServerAddress {
  std::string host;  ///< "" = all interfaces
  uint16_t port = 0;
};

/// Parses "127.0.0.1:8086", ":8086", "[::1]:0", "localhost:80", each also behind "tcp://". kInvalidConfig else.
Result<ServerAddress> ParseServerAddress(std::string_view text);

}  // namespace firn::http
