#include "cli/warehouse_access.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "config/document.h"

namespace firn::cli {
namespace {

using outputs::iceberg::Options;

Result<Options> OptionsFromConfig(const std::vector<std::string>& configs) {
  FIRN_ASSIGN(const auto files, config::ReadSourceFiles(configs, {}));
  config::Diagnostics diagnostics;
  const config::Document document = config::LoadDocument(files, {}, diagnostics);
  const config::PluginTable* found = nullptr;
  for (const config::PluginTable* plugin : document.Of(config::Category::kOutput)) {
    if (plugin->name != "iceberg") continue;
    if (found != nullptr)
      return InvalidConfig("{} has several [[outputs.iceberg]]; say which by --warehouse or --catalog-uri", configs[0]);
    found = plugin;
  }
  if (found == nullptr) {
    FIRN_TRY(diagnostics.ToStatus());
    return InvalidConfig("{} has no [[outputs.iceberg]]", configs[0]);
  }
  return outputs::iceberg::OptionsSchema().Bind(found->table, diagnostics);
}

std::string EnvironmentText(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// DuckDB reads data files by itself and knows nothing of the SDK's chain: what the environment says is filled in.
void FillFromEnvironment(Options& options) {
  if (options.s3_access_key.empty()) {
    options.s3_access_key = config::Secret(EnvironmentText("AWS_ACCESS_KEY_ID"));
    options.s3_secret_key = config::Secret(EnvironmentText("AWS_SECRET_ACCESS_KEY"));
    options.s3_session_token = config::Secret(EnvironmentText("AWS_SESSION_TOKEN"));
  }
  if (options.s3_endpoint.empty()) options.s3_endpoint = EnvironmentText("AWS_ENDPOINT_URL");
  if (options.s3_region.empty()) options.s3_region = EnvironmentText("AWS_REGION");
  if (options.s3_region.empty()) options.s3_region = EnvironmentText("AWS_DEFAULT_REGION");
}

}  // namespace

Result<Options> ToOutputOptions(const WarehouseOptions& given) {
  Options options;
  if (!given.configs.empty()) {
    FIRN_ASSIGN(options, OptionsFromConfig(given.configs));
  }
  if (!given.warehouse.empty()) options.warehouse = given.warehouse;
  if (!given.catalog_uri.empty()) options.uri = given.catalog_uri;
  // A catalog names its tables' files itself; the warehouse is only where new tables would go.
  if (options.warehouse.empty() && !options.uri.empty())
    options.warehouse = std::filesystem::absolute(options.uri).parent_path().string();
  if (!given.catalog_name.empty()) options.catalog_name = given.catalog_name;
  for (const std::string& entry : given.path_map) {
    const size_t equals = entry.rfind('=');
    if (equals == std::string::npos || equals == 0)
      return InvalidConfig("--path-map needs PREFIX=PATH, not '{}'", entry);
    options.path_map.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  FillFromEnvironment(options);
  return options;
}

Result<OpenedWarehouse> Open(const WarehouseOptions& given, outputs::iceberg::Access access) {
  if (!given.names_a_warehouse()) {
    return InvalidConfig("say where the tables are: -c telegraf.conf, --warehouse FOLDER or --catalog-uri FILE");
  }
  OpenedWarehouse opened;
  FIRN_ASSIGN(opened.options, ToOutputOptions(given));
  opened.clock = std::make_unique<SystemClock>();
  opened.random = MakeSystemRandom();
  FIRN_ASSIGN(opened.warehouse, outputs::iceberg::OpenWarehouse(opened.options, access, *opened.clock, *opened.random));
  return opened;
}

}  // namespace firn::cli
