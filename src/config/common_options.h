#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/schema.h"

/// The options that every plugin of a category has, bound once when a configuration is loaded.

namespace firn::config {

/// Which points a plugin takes and what of them, see filters/filter.h. Lists hold globs.
struct FilterOptions {
  std::vector<std::string> namepass;
  std::string namepass_separator;
  std::vector<std::string> namedrop;
  std::string namedrop_separator;
  StringListMap tagpass;
  StringListMap tagdrop;
  std::vector<std::string> fieldinclude;
  std::vector<std::string> fieldexclude;
  std::vector<std::string> taginclude;
  std::vector<std::string> tagexclude;
  std::string metricpass;
};

/// New names for what a plugin takes in or gives out.
struct NamingOptions {
  std::string name_override;
  std::string name_prefix;
  std::string name_suffix;
};

struct CommonInputOptions {
  std::string alias;
  std::optional<std::chrono::nanoseconds> interval;
  std::optional<std::chrono::nanoseconds> precision;
  std::optional<std::chrono::nanoseconds> collection_jitter;
  std::optional<std::chrono::nanoseconds> collection_offset;
  std::string startup_error_behavior = "error";
  std::string log_level;
  NamingOptions naming;
  StringMap tags;
  FilterOptions filter;
};

struct CommonProcessorOptions {
  std::string alias;
  int64_t order = 0;
  std::string log_level;
  FilterOptions filter;
};

struct CommonAggregatorOptions {
  std::string alias;
  std::chrono::nanoseconds period = std::chrono::seconds(30);
  std::chrono::nanoseconds delay = std::chrono::milliseconds(100);
  std::chrono::nanoseconds grace{0};
  bool drop_original = false;
  std::string log_level;
  NamingOptions naming;
  StringMap tags;
  FilterOptions filter;
};

struct CommonOutputOptions {
  std::string alias;
  std::optional<std::chrono::nanoseconds> flush_interval;
  std::optional<std::chrono::nanoseconds> flush_jitter;
  std::optional<int64_t> metric_batch_size;
  std::optional<int64_t> metric_buffer_limit;
  std::string startup_error_behavior = "error";
  std::string log_level;
  NamingOptions naming;
  FilterOptions filter;
};

Schema<CommonInputOptions> CommonInputSchema();
Schema<CommonProcessorOptions> CommonProcessorSchema();
Schema<CommonAggregatorOptions> CommonAggregatorSchema();
Schema<CommonOutputOptions> CommonOutputSchema();

}  // namespace firn::config
