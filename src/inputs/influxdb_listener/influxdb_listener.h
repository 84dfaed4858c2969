#pragma once

#include <memory>

#include "base/result.h"
#include "inputs/influxdb_listener/options.h"
#include "inputs/input.h"

namespace firn::inputs::influxdb_listener {

/// Takes what is pushed to InfluxDB 1.x's endpoints: /write, /query (answers an empty result, so that clients' CREATE
/// DATABASE succeeds), /ping. A server shared with another listener keeps the paths of the one that started first,
/// where both have them and no data depends on it (/ping, "not found").
class InfluxDbListener final : public ListeningInput {
 public:
  static Result<std::unique_ptr<InfluxDbListener>> Make(Options options, InputContext context);
  ~InfluxDbListener() override;

  Status Start() override;
  void Stop() override;

 private:
  class Endpoint;
  explicit InfluxDbListener(Options options, InputContext context);

  const Options options_;
  const InputContext context_;
  std::shared_ptr<Endpoint> endpoint_;
};

}  // namespace firn::inputs::influxdb_listener
