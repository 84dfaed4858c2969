#include "iceberg/json/json_access.h"
#include "iceberg/json/snapshot_object.h"
#include "iceberg/json/table_metadata_json.h"

namespace firn::iceberg {
namespace {

Status ParseManifestLocations(const Json& json, Snapshot& snapshot) {
  FIRN_ASSIGN(const std::optional<std::string> list, OptionalString(json, "manifest-list"));
  FIRN_ASSIGN(const Json* inline_manifests, OptionalArray(json, "manifests"));
  if (list) {
    snapshot.manifest_list = *list;
    return OkStatus();
  }
  if (inline_manifests == nullptr) return Corrupt("field is missing: manifest-list");
  for (const Json& manifest : *inline_manifests) {
    if (!manifest.is_string()) return Corrupt("manifests holds a value that is no text");
    snapshot.manifests.push_back(manifest.get<std::string>());
  }
  return OkStatus();
}

}  // namespace

Result<Snapshot> ParseSnapshotObject(const Json& json, int32_t format_version) {
  Snapshot snapshot;
  FIRN_ASSIGN(snapshot.snapshot_id, RequiredLong(json, "snapshot-id"));
  FIRN_ASSIGN(snapshot.parent_snapshot_id, OptionalLong(json, "parent-snapshot-id"));
  if (format_version > 1) {
    FIRN_ASSIGN(snapshot.sequence_number, RequiredLong(json, "sequence-number"));
  } else {
    FIRN_ASSIGN(const std::optional<int64_t> sequence_number, OptionalLong(json, "sequence-number"));
    snapshot.sequence_number = sequence_number.value_or(0);
  }
  FIRN_ASSIGN(snapshot.timestamp_ms, RequiredLong(json, "timestamp-ms"));
  FIRN_TRY(ParseManifestLocations(json, snapshot));
  FIRN_ASSIGN(snapshot.summary, OptionalStringMap(json, "summary"));
  FIRN_ASSIGN(snapshot.schema_id, OptionalInt(json, "schema-id"));
  FIRN_ASSIGN(snapshot.first_row_id, OptionalLong(json, "first-row-id"));
  FIRN_ASSIGN(snapshot.added_rows, OptionalLong(json, "added-rows"));
  FIRN_ASSIGN(snapshot.key_id, OptionalString(json, "key-id"));
  // Java refuses nulls here (parent-snapshot-id), so a text with one is not kept.
  const bool has_null = std::any_of(json.begin(), json.end(), [](const Json& member) { return member.is_null(); });
  snapshot.json = has_null ? SerializeSnapshot(snapshot, format_version)
                           : json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return snapshot;
}

Result<Snapshot> ParseSnapshotJson(std::string_view text) {
  FIRN_ASSIGN(const Json json, ParseJson(text));
  return ParseSnapshotObject(json, 2);
}

std::string SerializeSnapshot(const Snapshot& snapshot, int32_t format_version) {
  std::string out = "{";
  if (format_version > 1) out += fmt::format("\"sequence-number\":{},", snapshot.sequence_number);
  out += fmt::format("\"snapshot-id\":{},", snapshot.snapshot_id);
  if (snapshot.parent_snapshot_id) out += fmt::format("\"parent-snapshot-id\":{},", *snapshot.parent_snapshot_id);
  out += fmt::format("\"timestamp-ms\":{}", snapshot.timestamp_ms);
  if (!snapshot.summary.empty()) {
    out += ",\"summary\":";
    AppendStringMap(out, snapshot.summary);
  }
  if (!snapshot.manifest_list.empty()) {
    out += ",\"manifest-list\":";
    AppendJsonString(out, snapshot.manifest_list);
  } else {
    out += ",\"manifests\":[";
    for (const std::string& manifest : snapshot.manifests) {
      if (out.back() != '[') out += ',';
      AppendJsonString(out, manifest);
    }
    out += ']';
  }
  if (snapshot.schema_id) out += fmt::format(",\"schema-id\":{}", *snapshot.schema_id);
  if (snapshot.first_row_id) out += fmt::format(",\"first-row-id\":{}", *snapshot.first_row_id);
  if (snapshot.added_rows) out += fmt::format(",\"added-rows\":{}", *snapshot.added_rows);
  if (snapshot.key_id) {
    out += ",\"key-id\":";
    AppendJsonString(out, *snapshot.key_id);
  }
  return out + '}';
}

}  // namespace firn::iceberg
