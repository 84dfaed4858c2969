#include "config/agent_options.h"

namespace firn::config {
namespace {

Status CheckAgent(const AgentOptions& options) {
  using std::chrono::nanoseconds;
  if (options.interval <= nanoseconds(0)) return InvalidConfig("option 'interval' must be positive");
  if (options.flush_interval && *options.flush_interval <= nanoseconds(0)) {
    return InvalidConfig("option 'flush_interval' must be positive");
  }
  if (options.skip_processors_before_aggregators.value_or(false) &&
      options.skip_processors_after_aggregators.value_or(false)) {
    return InvalidConfig(
        "options 'skip_processors_before_aggregators' and 'skip_processors_after_aggregators' cannot both be true");
  }
  return OkStatus();
}

void AddTelegrafKeysWithoutEffect(Schema<AgentOptions>& schema) {
  using T = AgentOptions;
  schema.Integer("metric_batch_size", &T::metric_batch_size, "Read, not used: batches follow memory.")
      .Integer("metric_buffer_limit", &T::metric_buffer_limit, "Read, not used: nothing is dropped for lack of room.")
      .Enum("buffer_strategy", &T::buffer_strategy,
            {{"memory", "memory"}, {"disk", "disk"}, {"disk_write_through", "disk_write_through"}},
            "Read, not used: there is always a journal.")
      .String("buffer_directory", &T::buffer_directory, "Read, not used: see state_directory.")
      .Bool("buffer_disk_sync", &T::buffer_disk_sync, "Read, not used: the journal always syncs.")
      .String("statefile", &T::statefile, "Read, not used: see state_directory.")
      .Duration("logfile_rotation_interval", &T::logfile_rotation_interval, "Read, not used.")
      .Size("logfile_rotation_max_size", &T::logfile_rotation_max_size, "Read, not used.")
      .Integer("logfile_rotation_max_archives", &T::logfile_rotation_max_archives, "Read, not used.")
      .String("log_with_timezone", &T::log_with_timezone, "Read, not used.")
      .String("structured_log_message_key", &T::structured_log_message_key, "Read, not used.")
      .String("logtarget", &T::logtarget, "Read, not used.")
      .Deprecated("use 'logfile'")
      .String("snmp_translator", &T::snmp_translator, "Read, not used.");
}

}  // namespace

Schema<AgentOptions> AgentSchema() {
  using T = AgentOptions;
  Schema<T> schema("agent", "What holds for the whole process.");
  schema.Duration("interval", &T::interval, "How often polling inputs gather.")
      .Bool("round_interval", &T::round_interval, "Gather at multiples of the interval.")
      .Duration("collection_jitter", &T::collection_jitter, "Random delay of each gathering, at most.")
      .Duration("collection_offset", &T::collection_offset, "Fixed delay of each gathering.")
      .Duration("flush_interval", &T::flush_interval,
                "How often outputs commit; not written: each output's own default.")
      .Duration("flush_jitter", &T::flush_jitter, "Random delay of each flush, at most.")
      .Duration("precision", &T::precision,
                "Times of polling inputs are rounded to it; not written: they are kept as they are.")
      .String("hostname", &T::hostname, "Value of the tag host, where it is added; empty = the system's name.")
      .Bool("omit_hostname", &T::omit_hostname, "Only an explicit false adds a tag host to points that lack it.")
      .Bool("always_include_local_tags", &T::always_include_local_tags,
            "An input's tags survive its taginclude and tagexclude.")
      .Bool("always_include_global_tags", &T::always_include_global_tags,
            "Global tags survive taginclude and tagexclude.")
      .Bool("debug", &T::debug, "Log what is done in detail.")
      .Bool("quiet", &T::quiet, "Log errors only.")
      .String("logfile", &T::logfile, "Log into this file; empty = standard error.")
      .Enum("logformat", &T::logformat, {{"text", "text"}, {"structured", "structured"}, {"json", "json"}},
            "Form of log lines; structured and json are the same.")
      .String("state_directory", &T::state_directory,
              "Journal, checkpoints and lock; empty = the folder `state` beside the configuration.")
      .Size("memory_limit", &T::memory_limit, "Bound on the memory that rows take on their way.")
      .Size("journal_limit", &T::journal_limit, "Bound on the journal; beyond it listeners answer 503.")
      .Duration("retry_window", &T::retry_window, "How long an identical body is taken for a retry; 0 = never.")
      .Bool("skip_processors_before_aggregators", &T::skip_processors_before_aggregators,
            "Raw points pass processors by.")
      .Bool("skip_processors_after_aggregators", &T::skip_processors_after_aggregators,
            "Aggregates pass processors by.");
  AddTelegrafKeysWithoutEffect(schema);
  schema.Check(&CheckAgent);
  return schema;
}

}  // namespace firn::config
