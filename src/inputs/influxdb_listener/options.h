#pragma once

#include <string>
#include <vector>

#include "config/schema.h"
#include "config/secret.h"
#include "inputs/write_endpoints/listener_options.h"

namespace firn::inputs::influxdb_listener {

using write_endpoints::AnswerDialect;
using write_endpoints::ListenerOptions;

/// `[[inputs.influxdb_listener]]`.
struct Options {
  std::string service_address = ":8186";
  ListenerOptions listener;
  std::string database_tag;
  std::string retention_policy_tag;
  std::string basic_username;
  config::Secret basic_password;
  config::Secret token_shared_secret;
  std::string token_username;
  int64_t max_line_size = 0;
  AnswerDialect dialect = AnswerDialect::kTelegraf;
  std::vector<std::string> databases;  ///< known to the dialect "influxdb"; empty = every name
};

config::Schema<Options> OptionsSchema();

/// The id of the source where the config gives no alias.
std::string SourceId(const Options& options);

}  // namespace firn::inputs::influxdb_listener
