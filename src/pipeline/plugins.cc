#include "pipeline/plugins.h"

#include <algorithm>

#include "inputs/file/file_input.h"
#include "inputs/influxdb_listener/influxdb_listener.h"
#include "inputs/influxdb_v2/influxdb_v2.h"
#include "inputs/influxdb_v2_listener/influxdb_v2_listener.h"
#include "lake/table_template.h"
#include "outputs/file/file_output.h"
#include "outputs/iceberg/iceberg_output.h"
#include "processors/rename/rename.h"

namespace firn::pipeline {
namespace {

using config::AgentOptions;
using config::Diagnostics;
using config::PluginTable;

std::string SourceOf(const PluginTable& plugin, std::string otherwise) {
  return plugin.input().alias.empty() ? std::move(otherwise) : plugin.input().alias;
}

template <typename Listener, typename Options>
BoundInput BoundListener(const PluginTable& plugin, const Options& options, std::string source) {
  BoundInput bound;
  bound.source = SourceOf(plugin, std::move(source));
  bound.listens = true;
  bound.make = [options](const inputs::InputContext& context, const PluginSeams&) -> Result<inputs::AnyInput> {
    FIRN_ASSIGN(std::unique_ptr<inputs::ListeningInput> input, Listener::Make(options, context));
    return inputs::AnyInput(std::move(input));
  };
  return bound;
}

std::optional<BoundInput> BindInfluxDbListener(const PluginTable& plugin, const AgentOptions&,
                                               Diagnostics& diagnostics) {
  const auto options = inputs::influxdb_listener::OptionsSchema().Bind(plugin.table, diagnostics);
  if (!options.ok()) return std::nullopt;
  return BoundListener<inputs::influxdb_listener::InfluxDbListener>(plugin, *options,
                                                                    inputs::influxdb_listener::SourceId(*options));
}

std::optional<BoundInput> BindInfluxDbV2Listener(const PluginTable& plugin, const AgentOptions&,
                                                 Diagnostics& diagnostics) {
  const auto options = inputs::influxdb_v2_listener::OptionsSchema().Bind(plugin.table, diagnostics);
  if (!options.ok()) return std::nullopt;
  return BoundListener<inputs::influxdb_v2_listener::InfluxDbV2Listener>(
      plugin, *options, inputs::influxdb_v2_listener::SourceId(*options));
}

std::optional<BoundInput> BindFileInput(const PluginTable& plugin, const AgentOptions& agent,
                                        Diagnostics& diagnostics) {
  const auto options = inputs::FileInputSchema().Bind(plugin.table, diagnostics);
  if (!options.ok()) return std::nullopt;
  BoundInput bound;
  std::string files = "file";
  for (const std::string& file : options->files) files += ":" + file;
  bound.source = SourceOf(plugin, std::move(files));
  bound.databases = {""};
  bound.interval = plugin.input().interval.value_or(agent.interval);
  bound.make = [options = *options](const inputs::InputContext& context,
                                    const PluginSeams& seams) -> Result<inputs::AnyInput> {
    return inputs::AnyInput(inputs::MakeFileInput(options, context, *seams.file_system));
  };
  return bound;
}

/// A Flux input with what it borrows beyond its context.
class OwningFluxInput final : public inputs::PollingInput {
 public:
  static Result<std::unique_ptr<inputs::PollingInput>> Make(const inputs::influxdb_v2::Options& options,
                                                            const inputs::InputContext& context, Random& random) {
    auto owner = std::unique_ptr<OwningFluxInput>(new OwningFluxInput);
    owner->sleeper_ = inputs::influxdb_v2::MakeSleeper();
    FIRN_ASSIGN(owner->input_, inputs::influxdb_v2::MakeInput(options, context, {&random, owner->sleeper_.get()}));
    return std::unique_ptr<inputs::PollingInput>(std::move(owner));
  }
  Status Gather(std::stop_token stop) override { return input_->Gather(std::move(stop)); }

 private:
  OwningFluxInput() = default;
  std::unique_ptr<inputs::influxdb_v2::Sleeper> sleeper_;
  std::unique_ptr<inputs::PollingInput> input_;
};

std::optional<BoundInput> BindInfluxDbV2(const PluginTable& plugin, const AgentOptions& agent,
                                         Diagnostics& diagnostics) {
  Result<inputs::influxdb_v2::Options> options = inputs::influxdb_v2::OptionsSchema().Bind(plugin.table, diagnostics);
  if (!options.ok()) return std::nullopt;
  if (const Status timing = ResolveTiming(*options, plugin.input().interval, agent.interval); !timing.ok()) {
    diagnostics.AddError(plugin.position, timing.error().message());
    return std::nullopt;
  }
  BoundInput bound;
  bound.source = SourceOf(plugin, inputs::influxdb_v2::SourceId(*options));
  bound.interval = options->interval;
  bound.tick_offset = options->delay;
  bound.reads_again = options->overlap.count() > 0;
  for (const auto& query : options->query) {
    const std::vector<std::string> databases = inputs::influxdb_v2::DatabasesOf(query);
    if (databases.empty()) bound.databases.emplace_back();  // of one that is not known
    bound.databases.insert(bound.databases.end(), databases.begin(), databases.end());
  }
  bound.notes = inputs::influxdb_v2::CheckQueries(*options);
  bound.make = [options = *options](const inputs::InputContext& context,
                                    const PluginSeams& seams) -> Result<inputs::AnyInput> {
    FIRN_ASSIGN(auto input, OwningFluxInput::Make(options, context, *seams.random));
    return inputs::AnyInput(std::move(input));
  };
  return bound;
}

std::optional<BoundProcessor> BindRename(const PluginTable& plugin, Diagnostics& diagnostics) {
  const auto options = processors::RenameSchema().Bind(plugin.table, diagnostics);
  if (!options.ok()) return std::nullopt;
  return BoundProcessor{[options = *options] { return processors::MakeRename(options); }};
}

std::optional<BoundOutput> BindFileOutput(const PluginTable& plugin, Diagnostics& diagnostics) {
  const auto options = outputs::FileOutputSchema().Bind(plugin.table, diagnostics);
  if (!options.ok()) return std::nullopt;
  BoundOutput bound;
  bound.make = [options = *options](const PluginSeams& seams) {
    return outputs::MakeFileOutput(options, *seams.file_system, *seams.standard_output);
  };
  return bound;
}

std::optional<BoundOutput> BindIcebergOutput(const PluginTable& plugin, Diagnostics& diagnostics) {
  const auto options = outputs::iceberg::OptionsSchema().Bind(plugin.table, diagnostics);
  if (!options.ok()) return std::nullopt;
  if (const auto lake = outputs::iceberg::ToLakeOptions(*options); !lake.ok()) {
    diagnostics.AddError(plugin.position, lake.error().message());
    return std::nullopt;
  }
  BoundOutput bound;
  bound.default_flush_interval = std::chrono::seconds(60);
  bound.knows_its_rows = true;
  if (const auto name = lake::TableTemplate::Parse(options->table); name.ok()) {
    bound.separates_measurements = name->separates_measurements();
    bound.separates_databases = name->separates_databases();
  }
  bound.place = fmt::format("{} {} {} {}", options->catalog, options->uri.empty() ? options->warehouse : options->uri,
                            options->catalog_name, options->name_space);
  if (options->deduplicate == "off") {
    bound.notes.push_back("deduplicate = \"off\": points that are written twice stay two rows");
  } else if (options->deduplicate_key.empty()) {
    bound.notes.push_back(
        "equal points (database, measurement, tags, time) of one commit become one row, as in InfluxDB, where "
        "no processor has changed their tags");
  } else {
    bound.notes.push_back("rows with equal deduplicate_key, database and time of one commit become one row");
  }
  bound.make = [options = *options](const PluginSeams& seams) {
    return outputs::iceberg::MakeOutput(
        options, {seams.clock, seams.random, seams.epoch, seams.name_of_shard, seams.stop, seams.memory_bytes});
  };
  return bound;
}

template <typename Bind>
struct Entry {
  std::string_view name;
  Bind bind;
};
using InputEntry = Entry<std::optional<BoundInput> (*)(const PluginTable&, const AgentOptions&, Diagnostics&)>;
using ProcessorEntry = Entry<std::optional<BoundProcessor> (*)(const PluginTable&, Diagnostics&)>;
using OutputEntry = Entry<std::optional<BoundOutput> (*)(const PluginTable&, Diagnostics&)>;

constexpr InputEntry kInputs[] = {{"file", BindFileInput},
                                  {"influxdb_listener", BindInfluxDbListener},
                                  {"influxdb_v2", BindInfluxDbV2},
                                  {"influxdb_v2_listener", BindInfluxDbV2Listener}};
constexpr ProcessorEntry kProcessors[] = {{"rename", BindRename}};
constexpr OutputEntry kOutputs[] = {{"file", BindFileOutput}, {"iceberg", BindIcebergOutput}};

/// The entry of a plugin's name, or null, with the user told which there are.
template <typename T, size_t N>
const T* Find(const T (&entries)[N], const PluginTable& plugin, Diagnostics& diagnostics) {
  std::vector<std::string_view> names;
  for (const T& entry : entries) {
    if (entry.name == plugin.name) return &entry;
    names.push_back(entry.name);
  }
  const std::string_view category = config::CategoryName(plugin.category);
  std::string message = fmt::format("unknown plugin {}.{}", category, plugin.name);
  if (const std::string_view nearest = config::NearestWord(plugin.name, names); !nearest.empty()) {
    message += fmt::format("; did you mean {}.{}?", category, nearest);
  } else {
    message += fmt::format("; there are {}", fmt::join(names, ", "));
  }
  diagnostics.AddError(plugin.position, std::move(message));
  return nullptr;
}

}  // namespace

std::optional<BoundInput> BindInput(const PluginTable& plugin, const AgentOptions& agent, Diagnostics& diagnostics) {
  const InputEntry* entry = Find(kInputs, plugin, diagnostics);
  return entry == nullptr ? std::nullopt : entry->bind(plugin, agent, diagnostics);
}

std::optional<BoundProcessor> BindProcessor(const PluginTable& plugin, Diagnostics& diagnostics) {
  const ProcessorEntry* entry = Find(kProcessors, plugin, diagnostics);
  return entry == nullptr ? std::nullopt : entry->bind(plugin, diagnostics);
}

std::optional<BoundOutput> BindOutput(const PluginTable& plugin, size_t number, Diagnostics& diagnostics) {
  const OutputEntry* entry = Find(kOutputs, plugin, diagnostics);
  if (entry == nullptr) return std::nullopt;
  std::optional<BoundOutput> bound = entry->bind(plugin, diagnostics);
  if (bound.has_value()) {
    bound->name = plugin.output().alias.empty() ? fmt::format("{}-{}", plugin.name, number) : plugin.output().alias;
  }
  return bound;
}

std::vector<config::SchemaInfo> DescribePlugins() {
  return {inputs::FileInputSchema().Describe(),
          inputs::influxdb_listener::OptionsSchema().Describe(),
          inputs::influxdb_v2::OptionsSchema().Describe(),
          inputs::influxdb_v2_listener::OptionsSchema().Describe(),
          processors::RenameSchema().Describe(),
          outputs::FileOutputSchema().Describe(),
          outputs::iceberg::OptionsSchema().Describe()};
}

}  // namespace firn::pipeline
