#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "inputs/input.h"
#include "journal/journal.h"
#include "journal/retry_window.h"
#include "pipeline/output_runner.h"

namespace firn::pipeline {

/// Where pushed bodies enter: recognised as retries, appended to the journal, answered once durable, offered to the
/// outputs. Thread-safe.
class PushIntake final : public inputs::PushSink {
 public:
  /// Everything is borrowed and outlives the intake.
  PushIntake(journal::Journal& journal, journal::RetryWindow& retries, std::vector<OutputRunner*> runners)
      : journal_(journal), retries_(retries), runners_(std::move(runners)) {}

  void Accept(inputs::PushedBody body, std::vector<point::Batch> batches, std::function<void(Status)> done) override;

  /// Refuses everything from now on with kCancelled.
  void Close() { closed_ = true; }

  uint64_t bodies_accepted() const { return accepted_.load(); }

 private:
  void Offer(int64_t sequence, const std::string& source, std::vector<point::Batch> batches);

  journal::Journal& journal_;
  journal::RetryWindow& retries_;
  const std::vector<OutputRunner*> runners_;
  std::atomic<bool> closed_{false};
  std::atomic<uint64_t> accepted_{0};
};

}  // namespace firn::pipeline
