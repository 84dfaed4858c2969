#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "point/batch.h"

namespace firn::pipeline {

/// One step between input and output. Takes a batch and gives none, one or several. Thread-safe: the workers of an
/// output share it. Rows of a batch that come out keep its origin.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual Status Apply(point::Batch batch, std::vector<point::Batch>& out) const = 0;
};

/// What rows go through on their way to one output: what their input asks for (names, tags, filters), the processors in
/// order, the output's own filter. Immutable once built; thread-safe.
class StageChain {
 public:
  void AddForSource(const std::string& source, std::shared_ptr<const Stage> stage) {
    by_source_[source].push_back(std::move(stage));
  }
  void AddForAll(std::shared_ptr<const Stage> stage) { for_all_.push_back(std::move(stage)); }

  /// Runs the batches through; what comes out gets new sequence numbers, so that order within a position stays defined.
  Result<std::vector<point::Batch>> Apply(const std::string& source, std::vector<point::Batch> batches) const;

 private:
  using Stages = std::vector<std::shared_ptr<const Stage>>;
  std::unordered_map<std::string, Stages> by_source_;
  Stages for_all_;
};

}  // namespace firn::pipeline
