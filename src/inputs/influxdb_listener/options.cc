#include "inputs/influxdb_listener/options.h"

namespace firn::inputs::influxdb_listener {

config::Schema<Options> OptionsSchema() {
  using T = Options;
  config::Schema<T> schema("inputs.influxdb_listener", "Takes line protocol over InfluxDB 1.x's HTTP interface.");
  schema.String("service_address", &T::service_address, "Address and port to listen on.")
      .Include(&T::listener, write_endpoints::ListenerOptionsSchema());
  schema.String("database_tag", &T::database_tag, "Tag that takes the parameter db; \"\" = none.")
      .String("retention_policy_tag", &T::retention_policy_tag, "Tag that takes the parameter rp; \"\" = none.")
      .String("basic_username", &T::basic_username, "User for basic authentication; \"\" = everybody may write.")
      .Secret("basic_password", &T::basic_password, "Password for basic authentication.")
      .Secret("token_shared_secret", &T::token_shared_secret, "Secret that signs JSON web tokens (HMAC with SHA-2).")
      .String("token_username", &T::token_username, "The `username` that a token must name.")
      .Integer("max_line_size", &T::max_line_size, "No effect.")
      .Deprecated("nothing: lines may be as long as max_body_size")
      .Enum("dialect", &T::dialect, {{"telegraf", AnswerDialect::kTelegraf}, {"influxdb", AnswerDialect::kInfluxDb}},
            "Whose answers to give.")
      .StringList("databases", &T::databases, "With dialect \"influxdb\": the databases that exist; empty = all.")
      .Check([](const T& options) -> Status {
        if (options.token_shared_secret.empty()) return OkStatus();
        if (!options.basic_username.empty() || !options.basic_password.empty()) {
          return InvalidConfig("token_shared_secret and basic_username/basic_password exclude each other");
        }
        if (options.token_username.empty()) return InvalidConfig("token_shared_secret needs token_username");
        return OkStatus();
      });
  return schema;
}

std::string SourceId(const Options& options) {
  return "influxdb_listener " + options.service_address;
}

}  // namespace firn::inputs::influxdb_listener
