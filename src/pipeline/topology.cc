#include "pipeline/topology.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>

#include "pipeline/plugin_stages.h"

namespace firn::pipeline {
namespace {

using config::Diagnostics;
using config::Document;
using config::PluginTable;
using FilterPointer = std::shared_ptr<const filters::Filter>;

/// The filter of a plugin; null, with the user told, when it is wrong.
FilterPointer MakeFilter(const config::FilterOptions& options, const PluginTable& plugin, Diagnostics& diagnostics) {
  Result<FilterPointer> filter = filters::Filter::Make(options);
  if (filter.ok()) return std::move(*filter);
  diagnostics.AddError(plugin.position, fmt::format("{}: {}", plugin.DisplayName(), filter.error().message()));
  return nullptr;
}

bool HasNaming(const config::NamingOptions& naming) {
  return !naming.name_override.empty() || !naming.name_prefix.empty() || !naming.name_suffix.empty();
}

std::string Hostname(const config::AgentOptions& agent) {
  if (agent.hostname.has_value() && !agent.hostname->empty()) return *agent.hostname;
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "localhost";
}

/// The agent's tags: global ones, and the host's name only where `omit_hostname = false` is written.
config::StringMap AgentTags(const Document& document) {
  config::StringMap tags = document.global_tags;
  if (document.agent.omit_hostname.has_value() && !*document.agent.omit_hostname) {
    tags.emplace_back("host", Hostname(document.agent));
  }
  return tags;
}

/// What an input's own options do to its rows, in Telegraf's order: select, name, tag, trim.
using NamedStage = std::pair<std::string, std::shared_ptr<const Stage>>;
void AddInputStages(const Document& document, const PluginTable& plugin, const BoundInput& bound,
                    Diagnostics& diagnostics, std::vector<NamedStage>& stages) {
  const config::CommonInputOptions& common = plugin.input();
  const auto add = [&](std::shared_ptr<const Stage> stage) { stages.emplace_back(bound.source, std::move(stage)); };
  const FilterPointer filter = MakeFilter(common.filter, plugin, diagnostics);
  if (!filter) return;
  if (!filter->IsTransparent()) add(SelectStage(filter));
  if (HasNaming(common.naming)) add(NamingStage(common.naming));
  config::StringMap tags = common.tags;
  const config::StringMap agent_tags = AgentTags(document);
  tags.insert(tags.end(), agent_tags.begin(), agent_tags.end());
  if (!tags.empty()) add(TagStage(tags));
  if (!filter->IsTransparent()) {
    add(TrimStage(filter));
    if (document.agent.always_include_local_tags && !common.tags.empty()) add(TagStage(common.tags));
    if (document.agent.always_include_global_tags && !agent_tags.empty()) add(TagStage(agent_tags));
  }
  // Times of pushed points are rounded only where their own input asks for it.
  const auto agent_precision = bound.listens ? std::nullopt : document.agent.precision;
  const auto precision = common.precision.has_value() ? common.precision : agent_precision;
  if (precision.has_value() && precision->count() > 1) add(PrecisionStage(*precision));
}

/// Fresh stages of inputs and processors: each output has its own.
StageChain CommonStages(const Document& document, Diagnostics& diagnostics) {
  StageChain chain;
  Diagnostics reported_before;  // the inputs were bound, and their errors told, by BuildTopology
  for (const PluginTable* plugin : document.Of(config::Category::kInput)) {
    const auto bound = BindInput(*plugin, document.agent, reported_before);
    if (!bound.has_value()) continue;
    std::vector<NamedStage> stages;
    AddInputStages(document, *plugin, *bound, diagnostics, stages);
    for (auto& [source, stage] : stages) chain.AddForSource(source, std::move(stage));
  }
  for (const PluginTable* plugin : document.Of(config::Category::kProcessor)) {
    const auto bound = BindProcessor(*plugin, diagnostics);
    const FilterPointer filter = MakeFilter(plugin->processor().filter, *plugin, diagnostics);
    if (bound.has_value() && filter) chain.AddForAll(ProcessorStage(filter, bound->make()));
  }
  return chain;
}

void AddOutput(const Document& document, const PluginTable& plugin, Topology& topology, Diagnostics& diagnostics) {
  std::optional<BoundOutput> bound = BindOutput(plugin, topology.outputs.size() + 1, diagnostics);
  const FilterPointer filter = MakeFilter(plugin.output().filter, plugin, diagnostics);
  if (!bound.has_value() || !filter) return;
  // Stages of inputs and processors were reported once already.
  Diagnostics again;
  Topology::Output output{std::move(*bound), plugin.output(), plugin.DisplayName(), CommonStages(document, again)};
  if (!filter->IsTransparent()) {
    output.stages.AddForAll(SelectStage(filter));
    output.stages.AddForAll(TrimStage(filter));
  }
  if (HasNaming(output.common.naming)) output.stages.AddForAll(NamingStage(output.common.naming));
  topology.outputs.push_back(std::move(output));
}

template <typename Named>
void ReportTwins(const std::vector<Named>& all, std::string (*name)(const Named&), std::string_view what,
                 Diagnostics& diagnostics) {
  std::set<std::string> seen;
  for (const Named& one : all) {
    if (!seen.insert(name(one)).second) {
      diagnostics.AddError({}, fmt::format("{} {} would be known as \"{}\", like another one: give it an alias", what,
                                           one.display_name, name(one)));
    }
  }
}

/// Whether rows of more than one database may come, as far as the configuration says.
bool MixesDatabases(const Topology& topology) {
  std::set<std::string> databases;
  for (const Topology::Input& input : topology.inputs) {
    if (input.bound.databases.empty()) return true;
    databases.insert(input.bound.databases.begin(), input.bound.databases.end());
  }
  return databases.size() > 1;
}

/// Inputs that read rows again (`overlap`) need outputs that can tell which they hold. A table does not say which of
/// several measurements or databases a row came from: it must have rows of one.
void ReportBlindOutputs(const Topology& topology, Diagnostics& diagnostics) {
  const bool mixed = MixesDatabases(topology);
  for (const Topology::Input& input : topology.inputs) {
    if (!input.bound.reads_again) continue;
    const auto refuse = [&](const Topology::Output& output, std::string_view why) {
      diagnostics.AddError(
          {}, fmt::format("{}: overlap and {} do not go together: {}", input.display_name, output.display_name, why));
    };
    for (const Topology::Output& output : topology.outputs) {
      if (!output.bound.knows_its_rows) {
        refuse(output, "overlap needs outputs that know which rows they hold");
      } else if (!output.bound.separates_measurements) {
        refuse(output, "a table must hold one measurement; use a `table` with {{.Name}}");
      } else if (mixed && !output.bound.separates_databases) {
        refuse(output, "rows of several buckets may come, and a table must hold one; use a `table` with {{.Database}}");
      }
    }
  }
}

}  // namespace

bool Topology::listens() const {
  return std::any_of(inputs.begin(), inputs.end(), [](const Input& input) { return input.bound.listens; });
}

Topology BuildTopology(const Document& document, Diagnostics& diagnostics) {
  Topology topology;
  topology.agent = document.agent;
  topology.global_tags = document.global_tags;
  for (const PluginTable* plugin : document.Of(config::Category::kInput)) {
    std::optional<BoundInput> bound = BindInput(*plugin, document.agent, diagnostics);
    if (bound.has_value()) topology.inputs.push_back({std::move(*bound), plugin->input(), plugin->DisplayName()});
  }
  for (const PluginTable* plugin : document.Of(config::Category::kAggregator)) {
    diagnostics.AddError(plugin->position, fmt::format("unknown plugin aggregators.{}", plugin->name));
  }
  (void)CommonStages(document, diagnostics);
  topology.processors = document.Of(config::Category::kProcessor).size();
  for (const PluginTable* plugin : document.Of(config::Category::kOutput)) {
    AddOutput(document, *plugin, topology, diagnostics);
  }
  ReportTwins<Topology::Input>(
      topology.inputs, [](const Topology::Input& input) { return input.bound.source; }, "input", diagnostics);
  ReportTwins<Topology::Output>(
      topology.outputs, [](const Topology::Output& output) { return output.bound.name; }, "output", diagnostics);
  ReportBlindOutputs(topology, diagnostics);
  for (size_t i = 0; i < topology.outputs.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (topology.outputs[i].bound.place.empty() || topology.outputs[i].bound.place != topology.outputs[j].bound.place)
        continue;
      diagnostics.AddError(
          {}, fmt::format("outputs {} and {} write to the same namespace of the same catalog and would take "
                          "each other's rows for their own: give each its own namespace, or use one output",
                          topology.outputs[j].display_name, topology.outputs[i].display_name));
    }
  }
  return topology;
}

StageChain StagesWithoutOutput(const Document& document, Diagnostics& diagnostics) {
  return CommonStages(document, diagnostics);
}

}  // namespace firn::pipeline
