#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "ledger.h"

namespace firn::faults {

/// Sends rows until it has heard a yes for each of them.
class Client {
 public:
  enum class Retries : uint8_t {
    kByteForByte,  ///< the same body again
    kCutAnew,      ///< the rows again, in other bodies, with new ones among them (as Telegraf does)
  };
  explicit Client(Retries retries) : retries_(retries) {}

  /// The body to be sent now; new rows take their numbers from `next_id`.
  const std::string& NextBody(std::mt19937_64& random, int64_t& next_id, Ledger& ledger);
  /// From now on it sends what it owes, and nothing new.
  void StopAdding() { adds_ = false; }
  /// What came back of that body; also `false` when the answer was lost.
  void Hear(bool yes, Ledger& ledger);

  /// There are rows that it has sent, and has heard no yes for.
  bool waits() const { return !unanswered_.empty(); }
  /// Of the last body.
  int64_t first_id() const { return ids_.front(); }

  size_t site = 0;  ///< of the process that has its unanswered rows: only that one knows them again

 private:
  void AddRows(std::mt19937_64& random, int64_t& next_id, Ledger& ledger);

  const Retries retries_;
  bool adds_ = true;
  std::vector<int64_t> unanswered_;
  std::vector<int64_t> ids_;  ///< of the body
  std::string body_;
};

}  // namespace firn::faults
