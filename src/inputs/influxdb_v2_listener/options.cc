#include "inputs/influxdb_v2_listener/options.h"

namespace firn::inputs::influxdb_v2_listener {

config::Schema<Options> OptionsSchema() {
  using T = Options;
  config::Schema<T> schema("inputs.influxdb_v2_listener",
                           "Takes line protocol over InfluxDB 2.x's and 3's HTTP interfaces.");
  schema.String("service_address", &T::service_address, "Address and port to listen on.")
      .Include(&T::listener, write_endpoints::ListenerOptionsSchema());
  schema
      .Integer("max_undelivered_metrics", &T::max_undelivered_metrics,
               "Accepted, without effect: what is answered is on disk, and the journal's size bounds what waits.")
      .String("bucket_tag", &T::bucket_tag, "Tag that takes the parameter bucket; \"\" = none.")
      .Secret("token", &T::token, "Token that clients must send; \"\" = everybody may write.")
      .Bool("use_internal_statistics", &T::use_internal_statistics, "Accepted, without effect.")
      .Enum("dialect", &T::dialect, {{"telegraf", AnswerDialect::kTelegraf}, {"influxdb", AnswerDialect::kInfluxDb}},
            "Whose answers to give.")
      .StringList("organizations", &T::organizations, "With dialect \"influxdb\": those that exist; empty = all.")
      .StringList("buckets", &T::buckets, "With dialect \"influxdb\": those that exist; empty = all.");
  return schema;
}

std::string SourceId(const Options& options) {
  return "influxdb_v2_listener " + options.service_address;
}

}  // namespace firn::inputs::influxdb_v2_listener
