#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/agent_options.h"
#include "config/common_options.h"
#include "config/diagnostics.h"
#include "config/environment.h"
#include "config/value.h"

namespace firn::config {

/// In the order of CommonOptions' alternatives.
enum class Category { kInput, kProcessor, kAggregator, kOutput };
/// "inputs", "processors", "aggregators", "outputs".
std::string_view CategoryName(Category category);

using CommonOptions =
    std::variant<CommonInputOptions, CommonProcessorOptions, CommonAggregatorOptions, CommonOutputOptions>;

/// One `[[category.name]]`: what every plugin has is bound already, the rest waits in `table` for the plugin's schema.
struct PluginTable {
  Category category = Category::kInput;
  std::string name;   ///< "file"
  Position position;  ///< of its header
  CommonOptions common;
  Table table;  ///< the plugin's own options

  /// "inputs.file", as messages have it; with an alias "inputs.file::alias".
  std::string DisplayName() const;
  const CommonInputOptions& input() const { return std::get<CommonInputOptions>(common); }
  const CommonProcessorOptions& processor() const { return std::get<CommonProcessorOptions>(common); }
  const CommonAggregatorOptions& aggregator() const { return std::get<CommonAggregatorOptions>(common); }
  const CommonOutputOptions& output() const { return std::get<CommonOutputOptions>(common); }
};

/// A configuration: all its files in one. Which plugins exist is not known here.
struct Document {
  AgentOptions agent;
  StringMap global_tags;
  std::vector<PluginTable> plugins;  ///< in the order of the files

  /// The plugins of a category in the order in which they run: processors by `order` (unset = 0), then as written.
  std::vector<const PluginTable*> Of(Category category) const;
};

struct SourceFile {
  std::string path;  ///< as messages name it
  std::string text;
};

struct LoadOptions {
  Environment environment = ProcessEnvironment();
  bool strict_environment =
      true;  ///< false = --non-strict-env-handling: variables are replaced in the text before parsing
};

/// Reads files (`--config`), then every *.conf below each directory (`--config-directory`) by name. kNotFound,
/// kUnavailable.
Result<std::vector<SourceFile>> ReadSourceFiles(std::span<const std::string> files,
                                                std::span<const std::string> directories);

/// Loads a configuration. Later files add plugins and replace single keys of `[agent]` and `[global_tags]`. Everything
/// that is wrong is told to `diagnostics`; what could be read is returned all the same, so that plugins can be checked
/// too.
Document LoadDocument(std::span<const SourceFile> files, const LoadOptions& options, Diagnostics& diagnostics);

}  // namespace firn::config
