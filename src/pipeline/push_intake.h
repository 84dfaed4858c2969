#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "inputs/input.h"
#include "journal/journal.h"
#include "journal/retry_window.h"
#include "pipeline/output_runner.h"

namespace firn::pipeline {

/// Where pushed bodies enter: recognised as retries, appended to the journal, answered once durable, offered to the
/// outputs. Thread-safe.
class PushIntake final : public inputs::PushSink {
 public:
  /// Everything is borrowed and outlives the intake. `runners` are fixed.
  PushIntake(journal::Journal& journal, journal::RetryWindow& retries, std::vector<OutputRunner*> runners,
             const Clock& clock)
      : journal_(journal), retries_(retries), runners_(std::move(runners)), clock_(clock) {}

  void Accept(inputs::PushedBody body, std::vector<point::Batch> batches, std::function<void(Status)> done) override;

  /// Refuses everything from now on with kCancelled.
  void Close() { closed_ = true; }

  uint64_t bodies_accepted() const { return accepted_.load(); }
  uint64_t bodies_repeated() const { return repeated_.load(); }

 private:
  void Append(inputs::PushedBody body, std::vector<point::Batch> batches, std::function<void(Result<int64_t>)> done);

  journal::Journal& journal_;
  journal::RetryWindow& retries_;
  const std::vector<OutputRunner*> runners_;
  const Clock& clock_;
  std::atomic<bool> closed_{false};
  std::atomic<uint64_t> accepted_{0};
  std::atomic<uint64_t> repeated_{0};
};

}  // namespace firn::pipeline
