#pragma once

#include <cstdint>
#include <string>

namespace firn::lake {

/// Something that came in and cannot become a row: `<namespace>.firn_rejected` has one row each.
struct RejectedRow {
  int64_t received_at_ns = 0;
  std::string source;
  std::string shard;
  int64_t position = 0;
  int64_t line = 0;  ///< 1-based, 0 = not known
  std::string reason;
  std::string payload;  ///< as received, or line protocol that `firn rejected retry` sends through again
};

/// Takes what is rejected anywhere in the program. Thread-safe. A rejected row is durable before its position passes.
class RejectSink {
 public:
  virtual ~RejectSink() = default;
  virtual void Reject(RejectedRow row) = 0;
};

}  // namespace firn::lake
