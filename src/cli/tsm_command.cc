#include "cli/tsm_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/rfc3339.h"
#include "cli/exit_code.h"
#include "cli/progress_bar.h"
#include "cli/text_table.h"
#include "cli/tsm_shards.h"
#include "influx_files/inspect.h"

namespace firn::cli {
namespace {

using influx_files::FileReport;
using influx_files::InspectDepth;
using influx_files::ShardReport;
using Json = nlohmann::ordered_json;

std::string TimesText(const influx_files::TimeSpan& times) {
  return times.from > times.to ? "none" : FormatRfc3339(times.from) + " to " + FormatRfc3339(times.to);
}

Json FileJson(const FileReport& file) {
  Json json;
  json["path"] = file.path;
  json["bytes"] = file.size_bytes;
  json["index_bytes"] = file.index_bytes;
  json["keys"] = file.keys;
  json["blocks"] = file.blocks;
  json["values"] = file.values;
  if (file.times.from <= file.times.to) {
    json["first_time"] = FormatRfc3339(file.times.from);
    json["last_time"] = FormatRfc3339(file.times.to);
  }
  json["deleted_keys"] = file.deleted_keys;
  json["encodings"] = file.encodings;
  return json;
}

Json MeasurementJson(const influx_files::MeasurementSchema& schema) {
  Json json;
  json["series"] = schema.series;
  json["tags"] = schema.tags;
  json["fields"] = Json::object();
  for (const auto& [field, types] : schema.fields) {
    Json names = Json::array();
    for (const point::FieldType type : types) names.push_back(point::FieldTypeName(type));
    json["fields"][field] = names;
  }
  return json;
}

Json DamageJson(const influx_files::Damage& damage) {
  return {{"file", damage.file}, {"offset", damage.offset}, {"key", damage.key}, {"reason", damage.reason}};
}

void PrintJson(const NamedShard& shard, const ShardReport& report, std::ostream& out) {
  Json json;
  json["database"] = shard.database;
  if (!shard.organization.empty()) json["organization"] = shard.organization;
  json["retention_policy"] = shard.files.retention_policy;
  json["shard"] = shard.files.shard;
  json["folder"] = shard.files.folder;
  if (shard.group) {
    json["from"] = FormatRfc3339(shard.group->times.from);
    json["to"] = FormatRfc3339(shard.group->times.to);
    json["deleted"] = shard.group->is_deleted;
  }
  json["series"] = report.schema.series();
  json["files"] = Json::array();
  for (const FileReport& file : report.files) json["files"].push_back(FileJson(file));
  json["wal"] = {{"segments", report.wal_segments},
                 {"bytes", report.wal_bytes},
                 {"keys", report.wal_keys},
                 {"values", report.wal_values},
                 {"deletes", report.wal_deletes}};
  json["measurements"] = Json::object();
  for (const auto& [name, schema] : report.schema.measurements) json["measurements"][name] = MeasurementJson(schema);
  json["conflicts"] = report.conflicts;
  json["damage_count"] = report.damage_count;
  json["damages"] = Json::array();
  for (const influx_files::Damage& damage : report.damages) json["damages"].push_back(DamageJson(damage));
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void PrintFiles(const ShardReport& report, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"file", "size", "keys", "blocks", "values", "deleted keys", "times"}};
  for (const FileReport& file : report.files) {
    rows.push_back({file.path.substr(file.path.find_last_of('/') + 1), SizeText(file.size_bytes),
                    std::to_string(file.keys), std::to_string(file.blocks), std::to_string(file.values),
                    std::to_string(file.deleted_keys), TimesText(file.times)});
  }
  if (rows.size() > 1) out << AlignColumns(rows, {false, true, true, true, true, true, false});
  std::map<std::string, uint64_t> encodings;
  for (const FileReport& file : report.files) {
    for (const auto& [name, blocks] : file.encodings) encodings[name] += blocks;
  }
  std::vector<std::vector<std::string>> by_encoding = {{"encoding", "blocks"}};
  for (const auto& [name, blocks] : encodings) by_encoding.push_back({name, std::to_string(blocks)});
  if (by_encoding.size() > 1) out << AlignColumns(by_encoding, {false, true});
}

void PrintSchema(const ShardReport& report, std::ostream& out) {
  std::vector<std::vector<std::string>> rows = {{"measurement", "series", "tags", "fields"}};
  for (const auto& [name, schema] : report.schema.measurements) {
    std::string tags;
    for (const std::string& tag : schema.tags) tags += (tags.empty() ? "" : ", ") + tag;
    std::string fields;
    for (const auto& [field, types] : schema.fields) {
      fields += (fields.empty() ? "" : ", ") + field + " ";
      for (const point::FieldType type : types)
        fields += fmt::format("{}{}", type == *types.begin() ? "" : "|", point::FieldTypeName(type));
    }
    rows.push_back({name, std::to_string(schema.series), tags, fields});
  }
  if (rows.size() > 1) out << AlignColumns(rows, {false, true, false, false});
}

void PrintDamages(const ShardReport& report, std::ostream& out) {
  for (const influx_files::Damage& damage : report.damages) {
    out << fmt::format("damaged: {}: byte {}: {}{}\n", damage.file, damage.offset,
                       damage.key.empty() ? "" : FitTo(damage.key, 200) + ": ", damage.reason);
  }
  if (report.damage_count > report.damages.size())
    out << fmt::format("damaged: {} more places\n", report.damage_count - report.damages.size());
}

void PrintShard(const NamedShard& shard, const ShardReport& report, std::ostream& out) {
  out << fmt::format("shard {}{}  {} series  {}\n", shard.Name(),
                     shard.organization.empty() ? "" : fmt::format(" of {}", shard.organization),
                     report.schema.series(), shard.files.folder);
  if (shard.group)
    out << fmt::format("for {}{}\n", TimesText(shard.group->times),
                       shard.group->is_deleted ? ", deleted by the server" : "");
  PrintFiles(report, out);
  if (report.wal_segments > 0) {
    out << fmt::format("WAL: {}, {}, {} of {}, {}\n", Counted(report.wal_segments, "segment"),
                       SizeText(report.wal_bytes), Counted(report.wal_values, "value"), Counted(report.wal_keys, "key"),
                       Counted(report.wal_deletes, "delete"));
  }
  PrintSchema(report, out);
  for (const std::string& conflict : report.conflicts) out << "conflict: " << conflict << '\n';
  PrintDamages(report, out);
  out << '\n';
}

void PrintVerdict(const NamedShard& shard, const ShardReport& report, std::ostream& out) {
  uint64_t values = report.wal_values;
  uint64_t blocks = 0;
  for (const FileReport& file : report.files) {
    values += file.values;
    blocks += file.blocks;
  }
  out << fmt::format("{}: {}: {}, {}, {}, {} series\n", shard.Name(),
                     report.damage_count == 0 ? "whole" : "damaged in " + Counted(report.damage_count, "place"),
                     Counted(report.files.size(), "file"), Counted(blocks, "block"), Counted(values, "value"),
                     report.schema.series());
  PrintDamages(report, out);
}

Result<ShardReport> InspectOne(storage::FileSystem& files, const NamedShard& shard, InspectDepth depth,
                               ProgressBar& progress) {
  FIRN_ASSIGN(const influx_files::ShardSnapshot opened, OpenNamedShard(files, shard));
  Result<ShardReport> report = influx_files::InspectShard(opened, depth, [&](uint64_t bytes) { progress.Add(bytes); });
  if (!report.ok()) return report.status().WithContext(shard.Name()).error();
  return report;
}

/// Inspects every shard under the path; `print` gets each in order. One that cannot be read, or that a running server
/// has just removed, is told of and does not keep the others from being looked at: the exit code is that of the last.
template <typename Print>
int InspectAll(const TsmCommandOptions& options, InspectDepth depth, Print print) {
  const std::unique_ptr<storage::FileSystem> files = storage::MakeLocalFileSystem();
  const Result<std::vector<NamedShard>> shards = FindNamedShards(*files, options.path);
  if (!shards.ok()) return Report(shards.status());
  uint64_t total_bytes = 0;
  for (const NamedShard& shard : *shards) total_bytes += shard.files.size_bytes;
  const SystemClock clock;
  ProgressBar progress(depth == InspectDepth::kValues ? "verifying" : "inspecting", total_bytes, clock, stderr);
  int code = kDone;
  for (const NamedShard& shard : *shards) {
    const Result<ShardReport> report = InspectOne(*files, shard, depth, progress);
    if (report.ok()) {
      print(shard, *report);
    } else {
      code = Report(report.status());
    }
  }
  return code;
}

}  // namespace

int RunTsmInspect(const TsmCommandOptions& options, std::ostream& out) {
  return InspectAll(options, InspectDepth::kBlocks, [&](const NamedShard& shard, const ShardReport& report) {
    options.json ? PrintJson(shard, report, out) : PrintShard(shard, report, out);
  });
}

int RunTsmVerify(const TsmCommandOptions& options, std::ostream& out) {
  uint64_t damages = 0;
  const int code = InspectAll(options, InspectDepth::kValues, [&](const NamedShard& shard, const ShardReport& report) {
    damages += report.damage_count;
    options.json ? PrintJson(shard, report, out) : PrintVerdict(shard, report, out);
  });
  return code == kDone && damages > 0 ? kFailed : code;
}

}  // namespace firn::cli
