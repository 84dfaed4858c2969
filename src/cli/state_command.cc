#include "cli/state_command.h"

#include <nlohmann/json.hpp>

#include "cli/exit_code.h"
#include "cli/text_table.h"
#include "config/document.h"
#include "journal/checkpoint.h"
#include "lake/adopt_positions.h"
#include "lake/lake.h"
#include "outputs/iceberg/options.h"
#include "pipeline/state_folder.h"
#include "pipeline/state_location.h"

namespace firn::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A configuration as far as its state goes.
struct Loaded {
  std::string state_folder;
  std::vector<outputs::iceberg::Options> lakes;
};

Result<Loaded> Load(const std::vector<std::string>& configs) {
  if (configs.empty()) return InvalidConfig("say whose state: -c telegraf.conf");
  FIRN_ASSIGN(const auto files, config::ReadSourceFiles(configs, {}));
  config::Diagnostics diagnostics;
  const config::Document document = config::LoadDocument(files, {}, diagnostics);
  Loaded loaded;
  loaded.state_folder = pipeline::StateFolderOf(document.agent, files);
  for (const config::PluginTable* plugin : document.Of(config::Category::kOutput)) {
    if (plugin->name != "iceberg") continue;
    FIRN_ASSIGN(outputs::iceberg::Options options, outputs::iceberg::OptionsSchema().Bind(plugin->table, diagnostics));
    loaded.lakes.push_back(std::move(options));
  }
  FIRN_TRY(diagnostics.ToStatus());
  return loaded;
}

Result<std::vector<lake::StoredPosition>> PositionsOf(const outputs::iceberg::Options& options) {
  SystemClock clock;
  const std::unique_ptr<Random> random = MakeSystemRandom();
  FIRN_ASSIGN(const outputs::iceberg::Warehouse warehouse,
              OpenWarehouse(options, outputs::iceberg::Access::kReadOnly, clock, *random));
  FIRN_ASSIGN(lake::LakeOptions lake_options, ToLakeOptions(options));
  FIRN_ASSIGN(const std::unique_ptr<lake::Lake> lake,
              lake::Lake::Make(std::move(lake_options), warehouse.catalog, warehouse.storage, {&clock, random.get()}));
  return lake->ReadPositions();
}

Status PrintState(const StateCommandOptions& options, std::ostream& out) {
  FIRN_ASSIGN(const Loaded loaded, Load(options.configs));
  const auto file_system = storage::MakeLocalFileSystem();
  FIRN_ASSIGN(const journal::Checkpoint checkpoint,
              journal::Checkpoint::Read(*file_system, loaded.state_folder + "/checkpoint"));
  std::vector<std::vector<std::string>> rows = {{"WHERE", "SOURCE", "SHARD", "POSITION"}};
  Json json = Json::array();
  const auto add = [&](const std::string& kind, const std::string& name, const std::string& source,
                       const std::string& shard, int64_t position) {
    rows.push_back({kind + " " + name, source, shard, std::to_string(position)});
    json.push_back({{"where", kind}, {"name", name}, {"source", source}, {"shard", shard}, {"position", position}});
  };
  for (const auto& [key, position] : checkpoint.positions()) {
    add("output", key.output, key.source, key.shard, position);
  }
  for (const outputs::iceberg::Options& lake : loaded.lakes) {
    FIRN_ASSIGN(const std::vector<lake::StoredPosition> positions, PositionsOf(lake));
    for (const lake::StoredPosition& stored : positions) {
      const bool whole = stored.table.empty();
      add(whole ? "namespace" : "table", whole ? lake.name_space : stored.table, stored.source, stored.shard_name,
          stored.position);
    }
  }
  if (options.json) {
    out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else {
    out << "state folder " << loaded.state_folder << '\n' << AlignColumns(rows, {false, false, false, true});
  }
  return OkStatus();
}

Status Adopt(const AdoptCommandOptions& options, std::ostream& out) {
  FIRN_ASSIGN(const Loaded loaded, Load(options.configs));
  const auto file_system = storage::MakeLocalFileSystem();
  FIRN_ASSIGN(const auto state, pipeline::StateFolder::Open(loaded.state_folder, *file_system));
  uint64_t positions = 0;
  SystemClock clock;
  const std::unique_ptr<Random> random = MakeSystemRandom();
  for (const outputs::iceberg::Options& lake : loaded.lakes) {
    FIRN_ASSIGN(const outputs::iceberg::Warehouse warehouse,
                OpenWarehouse(lake, outputs::iceberg::Access::kReadWrite, clock, *random));
    FIRN_ASSIGN(const auto identifier, iceberg::ParseTableIdentifier(lake.name_space + ".x"));
    const Result<lake::AdoptReport> adopted =
        lake::AdoptPositions(*warehouse.catalog, identifier.levels, options.old_source, options.new_source);
    if (!adopted.ok() && adopted.error().kind() != ErrorKind::kNotFound) return adopted.error();
    if (adopted.ok()) positions += adopted->positions;
  }
  FIRN_ASSIGN(journal::Checkpoint checkpoint, journal::Checkpoint::Read(*file_system, state->checkpoint_file()));
  const auto all = checkpoint.positions();
  for (const auto& [key, position] : all) {
    if (key.source != options.old_source) continue;
    checkpoint.Set({key.output, options.new_source, key.shard}, position);
    checkpoint.Erase(key);
    ++positions;
  }
  if (positions == 0)
    return NotFound("nothing belongs to source {}; `firn state` lists what there is", options.old_source);
  FIRN_TRY(checkpoint.Write(*file_system, state->checkpoint_file()));
  out << positions << " positions of " << options.old_source << " now belong to " << options.new_source << '\n';
  return OkStatus();
}

int Finish(const Status& status, std::ostream& err) {
  if (status.ok()) return kDone;
  err << "firn: " << status.error().message() << '\n';
  return status.error().kind() == ErrorKind::kInvalidConfig ? kUsage : kFailed;
}

}  // namespace

int RunState(const StateCommandOptions& options, std::ostream& out, std::ostream& err) {
  return Finish(PrintState(options, out), err);
}

int RunStateAdopt(const AdoptCommandOptions& options, std::ostream& out, std::ostream& err) {
  return Finish(Adopt(options, out), err);
}

}  // namespace firn::cli
