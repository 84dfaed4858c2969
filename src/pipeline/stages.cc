#include "pipeline/stages.h"

namespace firn::pipeline {
namespace {

Status RunStage(const Stage& stage, std::vector<point::Batch>& batches) {
  std::vector<point::Batch> out;
  out.reserve(batches.size());
  for (point::Batch& batch : batches) FIRN_TRY(stage.Apply(std::move(batch), out));
  std::erase_if(out, [](const point::Batch& batch) { return batch.empty(); });
  batches = std::move(out);
  return OkStatus();
}

}  // namespace

Result<std::vector<point::Batch>> StageChain::Apply(const std::string& source,
                                                    std::vector<point::Batch> batches) const {
  if (const auto found = by_source_.find(source); found != by_source_.end()) {
    for (const auto& stage : found->second) FIRN_TRY(RunStage(*stage, batches));
  }
  for (const auto& stage : for_all_) FIRN_TRY(RunStage(*stage, batches));
  uint32_t sequence = batches.empty() ? 0 : batches.front().origin.sequence;
  for (point::Batch& batch : batches) batch.origin.sequence = sequence++;
  return batches;
}

}  // namespace firn::pipeline
