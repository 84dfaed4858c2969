#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_sink.h"
#include "base/random.h"
#include "config/document.h"
#include "config/option_info.h"
#include "inputs/input.h"
#include "outputs/output.h"
#include "processors/processor.h"
#include "storage/file_system.h"

namespace firn::pipeline {

/// What plugins may ask of the process beside their own context; outlives them.
struct PluginSeams {
  const Clock* clock = nullptr;
  Random* random = nullptr;
  storage::FileSystem* file_system = nullptr;
  ByteSink* standard_output = nullptr;
  int64_t epoch = 0;
  std::function<std::pair<std::string, std::string>(uint32_t shard)> name_of_shard;
  std::stop_token stop;     ///< the process stops
  size_t memory_bytes = 0;  ///< that an output may hold
};

/// An input whose options are bound: known to be right, not yet started.
struct BoundInput {
  std::string source;  ///< its id: the alias, else what it reads
  bool listens = false;
  std::chrono::nanoseconds interval{0};     ///< of a polling input
  std::chrono::nanoseconds tick_offset{0};  ///< how long after the interval's mark it is asked
  std::vector<std::string> notes;           ///< what --check says about it
  bool reads_again = false;                 ///< hands over rows that an output may hold (Batch::only_if_absent)
  std::vector<std::string> databases;       ///< of its rows; empty = whatever its clients name
  std::function<Result<inputs::AnyInput>(const inputs::InputContext&, const PluginSeams&)> make;
};

struct BoundProcessor {
  std::function<std::unique_ptr<processors::Processor>()> make;
};

struct BoundOutput {
  std::string name;  ///< alias, else plugin and number: names its checkpoint
  std::chrono::nanoseconds default_flush_interval{std::chrono::seconds(10)};
  /// Where it keeps positions; two outputs with the same would take each other's rows for their own. "" = nowhere.
  std::string place;
  bool knows_its_rows = false;          ///< can tell whether it holds a row: what inputs that read again need, …
  bool separates_measurements = false;  ///< … where a table has rows of one measurement
  bool separates_databases = false;     ///< … and of one database
  std::vector<std::string> notes;
  std::function<Result<std::unique_ptr<outputs::Output>>(const PluginSeams&)> make;
};

/// Binds the plugin's own options. Nothing, with `diagnostics` told why, when they are wrong or the plugin is unknown.
std::optional<BoundInput> BindInput(const config::PluginTable& plugin, const config::AgentOptions& agent,
                                    config::Diagnostics& diagnostics);
std::optional<BoundProcessor> BindProcessor(const config::PluginTable& plugin, config::Diagnostics& diagnostics);
/// `number` counts the outputs of the configuration from 1.
std::optional<BoundOutput> BindOutput(const config::PluginTable& plugin, size_t number,
                                      config::Diagnostics& diagnostics);

/// Every plugin that exists, with its options: for listings and docs/plugins.
std::vector<config::SchemaInfo> DescribePlugins();

}  // namespace firn::pipeline
