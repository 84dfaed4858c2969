#pragma once

#include <string>
#include <vector>

#include "config/schema.h"
#include "config/secret.h"
#include "inputs/write_endpoints/listener_options.h"

namespace firn::inputs::influxdb_v2_listener {

using write_endpoints::AnswerDialect;
using write_endpoints::ListenerOptions;

/// `[[inputs.influxdb_v2_listener]]`.
struct Options {
  std::string service_address = ":8086";
  ListenerOptions listener;
  int64_t max_undelivered_metrics = 0;
  std::string bucket_tag;
  config::Secret token;
  bool use_internal_statistics = false;
  AnswerDialect dialect = AnswerDialect::kTelegraf;
  std::vector<std::string> organizations;  ///< known to the dialect "influxdb"; empty = every name
  std::vector<std::string> buckets;        ///< known to the dialect "influxdb"; empty = every name
};

config::Schema<Options> OptionsSchema();

/// The id of the source where the config gives no alias.
std::string SourceId(const Options& options);

}  // namespace firn::inputs::influxdb_v2_listener
