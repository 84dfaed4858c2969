#include "iceberg/json/table_metadata_json.h"

#include <algorithm>

#include "iceberg/json/json_access.h"
#include "iceberg/json/schema_json.h"
#include "iceberg/json/snapshot_object.h"

namespace firn::iceberg {
namespace {

constexpr int32_t kHighestFormatVersion = 3;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Reads one metadata object member by member. v1 has older forms of schema, spec and order.
class MetadataParser {
 public:
  explicit MetadataParser(const Json& json) : json_(json) {}

  Result<TableMetadata> Parse() {
    if (!json_.is_object()) return Corrupt("metadata is no JSON object");
    FIRN_ASSIGN(metadata_.format_version, RequiredInt(json_, "format-version"));
    if (metadata_.format_version < 1 || metadata_.format_version > kHighestFormatVersion) {
      return Unsupported("unsupported format version {}", metadata_.format_version);
    }
    FIRN_TRY(ParseScalars());
    FIRN_TRY(ParseSchemas());
    FIRN_TRY(ParseSpecs());
    FIRN_TRY(ParseSortOrders());
    FIRN_TRY(ParseSnapshots());
    FIRN_TRY(ParseRefs());
    FIRN_TRY(ParseLogs());
    FIRN_TRY(ParseStatistics("statistics", &metadata_.statistics));
    FIRN_TRY(ParseStatistics("partition-statistics", &metadata_.partition_statistics));
    FIRN_ASSIGN(const Json* keys, OptionalArray(json_, "encryption-keys"));
    if (keys != nullptr) {
      for (const Json& key : *keys) metadata_.encryption_keys.push_back(Dump(key));
    }
    FIRN_TRY(Validate(metadata_));
    return std::move(metadata_);
  }

 private:
  bool is_v1() const { return metadata_.format_version == 1; }

  Status ParseScalars() {
    FIRN_ASSIGN(metadata_.location, RequiredString(json_, "location"));
    while (metadata_.location.size() > 1 && metadata_.location.back() == '/') metadata_.location.pop_back();
    FIRN_ASSIGN(metadata_.last_updated_ms, RequiredLong(json_, "last-updated-ms"));
    FIRN_ASSIGN(metadata_.last_column_id, RequiredInt(json_, "last-column-id"));
    FIRN_ASSIGN(metadata_.properties, OptionalStringMap(json_, "properties"));
    if (is_v1()) {
      FIRN_ASSIGN(const std::optional<std::string> uuid, OptionalString(json_, "table-uuid"));
      metadata_.table_uuid = uuid.value_or("");
    } else {
      FIRN_ASSIGN(metadata_.table_uuid, RequiredString(json_, "table-uuid"));
      FIRN_ASSIGN(metadata_.last_sequence_number, RequiredLong(json_, "last-sequence-number"));
    }
    if (metadata_.format_version >= 3) {
      FIRN_ASSIGN(metadata_.next_row_id, RequiredLong(json_, "next-row-id"));
    }
    return OkStatus();
  }

  Status ParseSchemas() {
    FIRN_ASSIGN(const Json* schemas, OptionalArray(json_, "schemas"));
    if (schemas == nullptr) {
      const Json* single = FindMember(json_, "schema");
      if (!is_v1() || single == nullptr) return Corrupt("field is missing: schemas");
      FIRN_ASSIGN(Schema schema, ParseSchemaObject(*single));
      metadata_.current_schema_id = schema.schema_id();
      return AddSchema(std::move(schema));
    }
    for (const Json& item : *schemas) {
      FIRN_ASSIGN(Schema schema, ParseSchemaObject(item));
      FIRN_TRY(AddSchema(std::move(schema)));
    }
    FIRN_ASSIGN(metadata_.current_schema_id, RequiredInt(json_, "current-schema-id"));
    return OkStatus();
  }

  Status AddSchema(Schema schema) {
    const int32_t id = schema.schema_id();
    if (metadata_.FindSchema(id) != nullptr) return Corrupt("schema id twice: {}", id);
    if (const Status status = schema.Validate(kHighestFormatVersion); !status.ok()) {
      return Corrupt("schema {}: {}", id, status.error().message());
    }
    metadata_.schemas.push_back(std::make_shared<const Schema>(std::move(schema)));
    return OkStatus();
  }

  Status ParseSpecs() {
    FIRN_ASSIGN(const Json* specs, OptionalArray(json_, "partition-specs"));
    if (specs == nullptr) {
      const Json* single = FindMember(json_, "partition-spec");
      if (!is_v1() || single == nullptr) return Corrupt("field is missing: partition-specs");
      FIRN_ASSIGN(PartitionSpec spec, ParsePartitionFieldsJson(Dump(*single), 0));
      metadata_.partition_specs.push_back(std::move(spec));
    } else {
      for (const Json& item : *specs) {
        FIRN_ASSIGN(PartitionSpec spec, ParsePartitionSpecJson(Dump(item)));
        if (metadata_.FindSpec(spec.spec_id) != nullptr) return Corrupt("partition spec id twice: {}", spec.spec_id);
        metadata_.partition_specs.push_back(std::move(spec));
      }
      FIRN_ASSIGN(metadata_.default_spec_id, RequiredInt(json_, "default-spec-id"));
    }
    FIRN_ASSIGN(const std::optional<int32_t> last, OptionalInt(json_, "last-partition-id"));
    if (!last && !is_v1()) return Corrupt("field is missing: last-partition-id");
    int32_t highest = kFirstPartitionFieldId - 1;
    for (const PartitionSpec& spec : metadata_.partition_specs) highest = std::max(highest, spec.HighestFieldId());
    metadata_.last_partition_id = last.value_or(highest);
    return OkStatus();
  }

  Status ParseSortOrders() {
    FIRN_ASSIGN(const Json* orders, OptionalArray(json_, "sort-orders"));
    if (orders == nullptr) {
      if (!is_v1()) return Corrupt("field is missing: sort-orders");
      metadata_.sort_orders.emplace_back();
      return OkStatus();
    }
    for (const Json& item : *orders) {
      FIRN_ASSIGN(SortOrder order, ParseSortOrderJson(Dump(item)));
      if (metadata_.FindSortOrder(order.order_id) != nullptr) return Corrupt("sort order id twice: {}", order.order_id);
      metadata_.sort_orders.push_back(std::move(order));
    }
    FIRN_ASSIGN(metadata_.default_sort_order_id, RequiredInt(json_, "default-sort-order-id"));
    return OkStatus();
  }

  Status ParseSnapshots() {
    FIRN_ASSIGN(const std::optional<int64_t> current, OptionalLong(json_, "current-snapshot-id"));
    if (current && *current != -1) metadata_.current_snapshot_id = current;
    FIRN_ASSIGN(const Json* snapshots, OptionalArray(json_, "snapshots"));
    if (snapshots == nullptr) return OkStatus();
    metadata_.snapshots.reserve(snapshots->size());
    for (const Json& item : *snapshots) {
      FIRN_ASSIGN(Snapshot snapshot, ParseSnapshotObject(item, metadata_.format_version).WithContext("snapshots"));
      metadata_.snapshots.push_back(std::make_shared<const Snapshot>(std::move(snapshot)));
    }
    return OkStatus();
  }

  Status ParseRefs() {
    const Json* refs = FindMember(json_, "refs");
    if (refs != nullptr && !refs->is_object()) return Corrupt("field is no object: refs");
    if (refs != nullptr) {
      for (const auto& [name, item] : refs->items()) {
        SnapshotRef ref;
        FIRN_ASSIGN(ref.snapshot_id, RequiredLong(item, "snapshot-id"));
        FIRN_ASSIGN(const std::string type, RequiredString(item, "type"));
        if (type != "branch" && type != "tag") return Corrupt("ref {} is neither branch nor tag: {}", name, type);
        ref.kind = type == "branch" ? SnapshotRef::Kind::kBranch : SnapshotRef::Kind::kTag;
        FIRN_ASSIGN(ref.min_snapshots_to_keep, OptionalInt(item, "min-snapshots-to-keep"));
        FIRN_ASSIGN(ref.max_snapshot_age_ms, OptionalLong(item, "max-snapshot-age-ms"));
        FIRN_ASSIGN(ref.max_ref_age_ms, OptionalLong(item, "max-ref-age-ms"));
        metadata_.refs.emplace(name, ref);
      }
    }
    // Writers before branches only said which snapshot is current.
    if (metadata_.current_snapshot_id && !metadata_.refs.contains(kMainBranch)) {
      metadata_.refs[kMainBranch].snapshot_id = *metadata_.current_snapshot_id;
    }
    return OkStatus();
  }

  Status ParseLogs() {
    FIRN_ASSIGN(const Json* snapshot_log, OptionalArray(json_, "snapshot-log"));
    if (snapshot_log != nullptr) {
      for (const Json& item : *snapshot_log) {
        SnapshotLogEntry entry;
        FIRN_ASSIGN(entry.timestamp_ms, RequiredLong(item, "timestamp-ms"));
        FIRN_ASSIGN(entry.snapshot_id, RequiredLong(item, "snapshot-id"));
        metadata_.snapshot_log.push_back(entry);
      }
    }
    FIRN_ASSIGN(const Json* metadata_log, OptionalArray(json_, "metadata-log"));
    if (metadata_log != nullptr) {
      for (const Json& item : *metadata_log) {
        MetadataLogEntry entry;
        FIRN_ASSIGN(entry.timestamp_ms, RequiredLong(item, "timestamp-ms"));
        FIRN_ASSIGN(entry.metadata_file, RequiredString(item, "metadata-file"));
        metadata_.metadata_log.push_back(std::move(entry));
      }
    }
    return OkStatus();
  }

  Status ParseStatistics(const char* name, std::vector<StatisticsFile>* files) {
    FIRN_ASSIGN(const Json* array, OptionalArray(json_, name));
    if (array == nullptr) return OkStatus();
    for (const Json& item : *array) {
      StatisticsFile file;
      FIRN_ASSIGN(file.snapshot_id, RequiredLong(item, "snapshot-id"));
      FIRN_ASSIGN(file.path, RequiredString(item, "statistics-path"));
      file.json = Dump(item);
      files->push_back(std::move(file));
    }
    return OkStatus();
  }

  const Json& json_;
  TableMetadata metadata_;
};

/// Writes `"name":[…]` with `append` for each item.
template <typename Items, typename Append>
void AppendList(std::string& out, const char* name, const Items& items, Append append) {
  out += fmt::format(",\"{}\":[", name);
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

void AppendRefs(std::string& out, const std::map<std::string, SnapshotRef>& refs) {
  out += ",\"refs\":{";
  for (const auto& [name, ref] : refs) {
    if (out.back() != '{') out += ',';
    AppendJsonString(out, name);
    out += fmt::format(":{{\"snapshot-id\":{},\"type\":\"{}\"", ref.snapshot_id,
                       ref.kind == SnapshotRef::Kind::kBranch ? "branch" : "tag");
    if (ref.min_snapshots_to_keep) out += fmt::format(",\"min-snapshots-to-keep\":{}", *ref.min_snapshots_to_keep);
    if (ref.max_snapshot_age_ms) out += fmt::format(",\"max-snapshot-age-ms\":{}", *ref.max_snapshot_age_ms);
    if (ref.max_ref_age_ms) out += fmt::format(",\"max-ref-age-ms\":{}", *ref.max_ref_age_ms);
    out += '}';
  }
  out += '}';
}

/// v1's readers look for one schema and one spec.
void AppendVersion1Forms(std::string& out, const TableMetadata& metadata) {
  out += ",\"schema\":" + SerializeSchema(metadata.schema());
  out += ",\"partition-spec\":" + SerializePartitionFields(metadata.spec());
}

void AppendDefinitions(std::string& out, const TableMetadata& metadata) {
  if (metadata.format_version == 1) AppendVersion1Forms(out, metadata);
  out += fmt::format(",\"current-schema-id\":{}", metadata.current_schema_id);
  AppendList(out, "schemas", metadata.schemas, [&](const auto& schema) { out += SerializeSchema(*schema); });
  out += fmt::format(",\"default-spec-id\":{}", metadata.default_spec_id);
  AppendList(out, "partition-specs", metadata.partition_specs,
             [&](const auto& spec) { out += SerializePartitionSpec(spec); });
  out += fmt::format(",\"last-partition-id\":{},\"default-sort-order-id\":{}", metadata.last_partition_id,
                     metadata.default_sort_order_id);
  AppendList(out, "sort-orders", metadata.sort_orders, [&](const auto& order) { out += SerializeSortOrder(order); });
}

void AppendSnapshots(std::string& out, const TableMetadata& metadata) {
  if (metadata.current_snapshot_id) {
    out += fmt::format(",\"current-snapshot-id\":{}", *metadata.current_snapshot_id);
  } else {
    out += metadata.format_version >= 3 ? ",\"current-snapshot-id\":null" : ",\"current-snapshot-id\":-1";
  }
  AppendRefs(out, metadata.refs);
  AppendList(out, "snapshots", metadata.snapshots, [&](const SnapshotPtr& snapshot) {
    out += snapshot->json.empty() ? SerializeSnapshot(*snapshot, metadata.format_version) : snapshot->json;
  });
}

size_t EstimatedSize(const TableMetadata& metadata) {
  size_t size = 64 * 1024;
  for (const SnapshotPtr& snapshot : metadata.snapshots) size += snapshot->json.size() + 64;
  return size;
}

}  // namespace

Result<TableMetadata> ParseTableMetadata(std::string_view text) {
  FIRN_ASSIGN(const Json json, ParseJson(text));
  return MetadataParser(json).Parse();
}

std::string SerializeTableMetadata(const TableMetadata& metadata) {
  std::string out;
  out.reserve(EstimatedSize(metadata));
  out += fmt::format("{{\"format-version\":{}", metadata.format_version);
  if (!metadata.table_uuid.empty()) {
    out += ",\"table-uuid\":";
    AppendJsonString(out, metadata.table_uuid);
  }
  out += ",\"location\":";
  AppendJsonString(out, metadata.location);
  if (metadata.format_version > 1) out += fmt::format(",\"last-sequence-number\":{}", metadata.last_sequence_number);
  out +=
      fmt::format(",\"last-updated-ms\":{},\"last-column-id\":{}", metadata.last_updated_ms, metadata.last_column_id);
  if (metadata.format_version >= 3) out += fmt::format(",\"next-row-id\":{}", metadata.next_row_id);
  AppendDefinitions(out, metadata);
  out += ",\"properties\":";
  AppendStringMap(out, metadata.properties);
  AppendSnapshots(out, metadata);
  AppendList(out, "statistics", metadata.statistics, [&](const StatisticsFile& file) { out += file.json; });
  AppendList(out, "partition-statistics", metadata.partition_statistics,
             [&](const StatisticsFile& file) { out += file.json; });
  AppendList(out, "snapshot-log", metadata.snapshot_log, [&](const SnapshotLogEntry& entry) {
    out += fmt::format("{{\"timestamp-ms\":{},\"snapshot-id\":{}}}", entry.timestamp_ms, entry.snapshot_id);
  });
  AppendList(out, "metadata-log", metadata.metadata_log, [&](const MetadataLogEntry& entry) {
    out += fmt::format("{{\"timestamp-ms\":{},\"metadata-file\":", entry.timestamp_ms);
    AppendJsonString(out, entry.metadata_file);
    out += '}';
  });
  if (!metadata.encryption_keys.empty()) {
    AppendList(out, "encryption-keys", metadata.encryption_keys, [&](const std::string& key) { out += key; });
  }
  out += '}';
  return out;
}

}  // namespace firn::iceberg
