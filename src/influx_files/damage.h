#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace firn::influx_files {

/// Bytes that were left out because they are not what a server writes. Reading goes on behind them.
struct Damage {
  std::string file;
  uint64_t offset = 0;  ///< in the file
  std::string key;      ///< series and field, where it is known
  std::string reason;
};

/// Called on the thread that reads.
using DamageSink = std::function<void(const Damage&)>;

}  // namespace firn::influx_files
