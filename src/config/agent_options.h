#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "config/schema.h"

namespace firn::config {

/// The `[agent]` table: Telegraf's keys, and Firn's own.
struct AgentOptions {
  std::chrono::nanoseconds interval = std::chrono::seconds(10);
  bool round_interval = true;
  std::chrono::nanoseconds collection_jitter{0};
  std::chrono::nanoseconds collection_offset{0};
  std::optional<std::chrono::nanoseconds> flush_interval;  ///< empty: each output's own default
  std::chrono::nanoseconds flush_jitter{0};
  std::optional<std::chrono::nanoseconds> precision;  ///< empty or 0: times are kept as they are
  std::optional<std::string> hostname;
  std::optional<bool> omit_hostname;  ///< a host tag is added only when this is written as false
  bool always_include_local_tags = false;
  bool always_include_global_tags = false;

  bool debug = false;
  bool quiet = false;
  std::string logfile;
  std::string logformat = "text";

  std::string state_directory;  ///< "" = "state" beside the first configuration file
  uint64_t memory_limit = 256ULL << 20;
  uint64_t journal_limit = 10ULL << 30;
  std::chrono::nanoseconds retry_window = std::chrono::minutes(1);

  std::optional<bool> skip_processors_before_aggregators;
  std::optional<bool> skip_processors_after_aggregators;
  std::optional<std::string> statefile;

  // Read so that a Telegraf file loads; Firn has a journal where these speak of buffers.
  std::optional<int64_t> metric_batch_size;
  std::optional<int64_t> metric_buffer_limit;
  std::optional<std::string> buffer_strategy;
  std::optional<std::string> buffer_directory;
  std::optional<bool> buffer_disk_sync;
  std::optional<std::chrono::nanoseconds> logfile_rotation_interval;
  std::optional<uint64_t> logfile_rotation_max_size;
  std::optional<int64_t> logfile_rotation_max_archives;
  std::optional<std::string> log_with_timezone;
  std::optional<std::string> structured_log_message_key;
  std::optional<std::string> logtarget;
  std::optional<std::string> snmp_translator;
};

Schema<AgentOptions> AgentSchema();

}  // namespace firn::config
