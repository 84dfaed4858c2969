#pragma once

#include <ostream>
#include <string>

#include "cli/warehouse_access.h"

namespace firn::cli {

/// `firn rejected list`: what could not become rows, the newest first.
struct RejectedListOptions {
  WarehouseOptions warehouse;
  std::string name_space;  ///< "" = the configuration's
  std::string format = "box";
  size_t limit = 100;
};
int RunRejectedList(const RejectedListOptions& options);

/// `firn rejected retry`: sends the payloads to a running Firn again, as line protocol with times in ns, one request a
/// `batch_lines`; what is refused is rejected anew there. Rows stay in the table: they are its record.
struct RejectedRetryOptions {
  WarehouseOptions warehouse;
  std::string name_space;
  std::string url;  ///< a write endpoint: http://127.0.0.1:8086/api/v2/write?bucket=b
  std::string token;
  std::string where;  ///< SQL condition on received_at, source, shard, position, line, reason; "" = all
  size_t batch_lines = 1'000;
};
int RunRejectedRetry(const RejectedRetryOptions& options, std::ostream& out, std::ostream& err);

}  // namespace firn::cli
