#include "config/common_options.h"

#include <utility>

namespace firn::config {
namespace {

Schema<FilterOptions> FilterSchema() {
  using T = FilterOptions;
  Schema<T> schema("filter", "Which points are taken, and what of them.");
  schema.StringList("namepass", &T::namepass, "Globs of measurements to take; empty = all.")
      .String("namepass_separator", &T::namepass_separator, "Characters that * does not match in namepass.")
      .StringList("namedrop", &T::namedrop, "Globs of measurements not to take.")
      .String("namedrop_separator", &T::namedrop_separator, "Characters that * does not match in namedrop.")
      .StringListMap("tagpass", &T::tagpass, "Tag = globs: takes points of which any tag matches.")
      .StringListMap("tagdrop", &T::tagdrop, "Tag = globs: does not take points of which any tag matches.")
      .StringList("fieldinclude", &T::fieldinclude, "Globs of fields to keep; empty = all.")
      .StringList("fieldpass", &T::fieldinclude, "Older name of fieldinclude.")
      .Deprecated("use 'fieldinclude'")
      .StringList("fieldexclude", &T::fieldexclude, "Globs of fields to drop.")
      .StringList("fielddrop", &T::fieldexclude, "Older name of fieldexclude.")
      .Deprecated("use 'fieldexclude'")
      .StringList("taginclude", &T::taginclude, "Globs of tags to keep; empty = all.")
      .StringList("tagexclude", &T::tagexclude, "Globs of tags to drop.")
      .String("metricpass", &T::metricpass, "A CEL expression. Not supported.");
  return schema;
}

Schema<NamingOptions> NamingSchema() {
  using T = NamingOptions;
  Schema<T> schema("naming", "How measurements are renamed.");
  schema.String("name_override", &T::name_override, "Name of all measurements instead of their own.")
      .String("name_prefix", &T::name_prefix, "Put in front of the measurement's name.")
      .String("name_suffix", &T::name_suffix, "Put behind the measurement's name.");
  return schema;
}

constexpr std::string_view kAlias = "Name of this instance in messages; for an input and output also its identity.";
constexpr std::string_view kLogLevel = "error, warn, info, debug or trace.";

}  // namespace

Schema<CommonInputOptions> CommonInputSchema() {
  using T = CommonInputOptions;
  Schema<T> schema("inputs", "What every input has.");
  schema.String("alias", &T::alias, kAlias)
      .Duration("interval", &T::interval, "How often it gathers, instead of the agent's interval.")
      .Duration("precision", &T::precision, "Times are rounded to it, instead of the agent's precision.")
      .Duration("collection_jitter", &T::collection_jitter, "Random delay of each gathering, at most.")
      .Duration("collection_offset", &T::collection_offset, "Fixed delay of each gathering.")
      .Enum("startup_error_behavior", &T::startup_error_behavior,
            {{"error", "error"}, {"retry", "retry"}, {"ignore", "ignore"}, {"probe", "probe"}},
            "What happens when it cannot start.")
      .String("log_level", &T::log_level, kLogLevel)
      .Include(&T::naming, NamingSchema())
      .StringMap("tags", &T::tags, "Tags added to points that lack them.")
      .Include(&T::filter, FilterSchema());
  return schema;
}

Schema<CommonProcessorOptions> CommonProcessorSchema() {
  using T = CommonProcessorOptions;
  Schema<T> schema("processors", "What every processor has.");
  schema.String("alias", &T::alias, kAlias)
      .Integer("order", &T::order, "Processors run by order, those of equal order as written.")
      .String("log_level", &T::log_level, kLogLevel)
      .Include(&T::filter, FilterSchema());
  return schema;
}

Schema<CommonAggregatorOptions> CommonAggregatorSchema() {
  using T = CommonAggregatorOptions;
  Schema<T> schema("aggregators", "What every aggregator has.");
  schema.String("alias", &T::alias, kAlias)
      .Duration("period", &T::period, "Length of a window.")
      .Duration("delay", &T::delay, "How long after its end a window is closed.")
      .Duration("grace", &T::grace, "How late points may come.")
      .Bool("drop_original", &T::drop_original, "Points that were aggregated go no further.")
      .String("log_level", &T::log_level, kLogLevel)
      .Include(&T::naming, NamingSchema())
      .StringMap("tags", &T::tags, "Tags added to aggregates.")
      .Include(&T::filter, FilterSchema());
  return schema;
}

Schema<CommonOutputOptions> CommonOutputSchema() {
  using T = CommonOutputOptions;
  Schema<T> schema("outputs", "What every output has.");
  schema.String("alias", &T::alias, kAlias)
      .Duration("flush_interval", &T::flush_interval, "How often it commits, instead of the agent's flush_interval.")
      .Duration("flush_jitter", &T::flush_jitter, "Random delay of each flush, at most.")
      .Integer("metric_batch_size", &T::metric_batch_size, "Read, not used: batches follow memory.")
      .Integer("metric_buffer_limit", &T::metric_buffer_limit, "Read, not used: nothing is dropped for lack of room.")
      .Enum("startup_error_behavior", &T::startup_error_behavior,
            {{"error", "error"}, {"retry", "retry"}, {"ignore", "ignore"}}, "What happens when it cannot start.")
      .String("log_level", &T::log_level, kLogLevel)
      .Include(&T::naming, NamingSchema())
      .Include(&T::filter, FilterSchema());
  return schema;
}

}  // namespace firn::config
