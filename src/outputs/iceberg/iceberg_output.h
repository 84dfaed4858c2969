#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "iceberg/updates/commit.h"
#include "lake/lake.h"
#include "outputs/iceberg/options.h"
#include "outputs/output.h"

namespace firn::outputs::iceberg {

/// What the pipeline lends; outlives the output.
struct OutputContext {
  const Clock* clock = nullptr;
  Random* random = nullptr;
  int64_t epoch = 0;
  /// The stable names (source, shard) behind a batch's shard handle.
  std::function<std::pair<std::string, std::string>(uint32_t shard)> name_of_shard;
  std::stop_token stop;     ///< the process stops: what cannot be committed at once stays in the journal
  size_t memory_bytes = 0;  ///< that the output may hold; 0 = not bounded
  firn::iceberg::Sleeper* sleeper = nullptr;  ///< waits between attempts to commit; null = really waits
};

/// `[[outputs.iceberg]]`: opens the warehouse, reads the positions that it holds, and stands between the pipeline's
/// words and the lake's. kInvalidConfig, or what the catalog says when it cannot be reached.
Result<std::unique_ptr<Output>> MakeOutput(const Options& options, const OutputContext& context);

/// The same on a warehouse that is open already, with a lake's options as they are.
Result<std::unique_ptr<Output>> MakeOutput(const Options& options, lake::LakeOptions lake_options, Warehouse warehouse,
                                           const OutputContext& context);

}  // namespace firn::outputs::iceberg
