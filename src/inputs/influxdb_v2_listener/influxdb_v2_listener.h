#pragma once

#include <memory>

#include "base/result.h"
#include "inputs/influxdb_v2_listener/options.h"
#include "inputs/input.h"

namespace firn::inputs::influxdb_v2_listener {

/// Takes what is pushed to InfluxDB 2.x's and 3's endpoints: /api/v2/write, /api/v3/write_lp, /health, /ready,
/// /api/v2/health, /api/v2/ready, /ping; with the dialect "influxdb" also /write and /query in 2.x's form. A server
/// shared with another listener keeps the paths of the one that started first, where both have them.
class InfluxDbV2Listener final : public ListeningInput {
 public:
  static Result<std::unique_ptr<InfluxDbV2Listener>> Make(Options options, InputContext context);
  ~InfluxDbV2Listener() override;

  Status Start() override;
  void Stop() override;

 private:
  class Endpoint;
  explicit InfluxDbV2Listener(Options options, InputContext context);

  const Options options_;
  const InputContext context_;
  std::shared_ptr<Endpoint> endpoint_;
};

}  // namespace firn::inputs::influxdb_v2_listener
