#include "iceberg/updates/metadata_builder.h"

#include <algorithm>
#include <array>

#include "iceberg/json/table_metadata_json.h"

namespace firn::iceberg {
namespace {

constexpr int32_t kHighestFormatVersion = 3;

/// Told to the catalog as properties, but kept elsewhere in the metadata.
constexpr std::array<std::string_view, 9> kReservedProperties = {"format-version",      "uuid",
                                                                 "snapshot-count",      "current-snapshot-summary",
                                                                 "current-snapshot-id", "current-snapshot-timestamp-ms",
                                                                 "current-schema",      "default-partition-spec",
                                                                 "default-sort-order"};

bool IsReserved(const std::string& key) {
  return std::find(kReservedProperties.begin(), kReservedProperties.end(), key) != kReservedProperties.end();
}

template <typename Items, typename Predicate>
void EraseIf(Items& items, Predicate predicate) {
  std::erase_if(items, predicate);
}

void SetStatisticsFile(std::vector<StatisticsFile>& files, const StatisticsFile& file) {
  EraseIf(files, [&](const StatisticsFile& known) { return known.snapshot_id == file.snapshot_id; });
  files.push_back(file);
}

/// An entry whose snapshot is gone takes all entries before it along: history has no holes.
void TrimSnapshotLog(TableMetadata& metadata) {
  std::set<int64_t> ids;
  for (const SnapshotPtr& snapshot : metadata.snapshots) ids.insert(snapshot->snapshot_id);
  std::vector<SnapshotLogEntry> kept;
  for (const SnapshotLogEntry& entry : metadata.snapshot_log) {
    if (ids.contains(entry.snapshot_id)) {
      kept.push_back(entry);
    } else {
      kept.clear();
    }
  }
  metadata.snapshot_log = std::move(kept);
}

Result<int32_t> ParseFormatVersion(const StringMap& properties, int32_t otherwise) {
  const auto found = properties.find("format-version");
  if (found == properties.end()) return otherwise;
  if (found->second == "2") return 2;
  if (found->second == "3") return 3;
  return Unsupported("format-version that Firn does not write: {}", found->second);
}

/// Spec and order of a request speak of the request's field ids; the columns have new ones.
Result<int32_t> MappedId(const Schema& requested, const Schema& assigned, int32_t source_id) {
  const NestedField* field = assigned.FindField(std::string_view(requested.FullName(source_id)));
  if (field == nullptr) return InvalidInput("there is no column with field id {}", source_id);
  return field->id;
}

}  // namespace

/// One function a kind of update.
struct MetadataBuilder::Applier {
  MetadataBuilder& builder;
  TableMetadata& metadata = builder.metadata_;

  Status operator()(const AssignUuid& update) {
    if (!metadata.table_uuid.empty() && metadata.table_uuid != update.uuid)
      return InvalidInput("a table's uuid cannot change");
    metadata.table_uuid = update.uuid;
    return OkStatus();
  }

  Status operator()(const UpgradeFormatVersion& update) {
    if (update.format_version > kHighestFormatVersion)
      return Unsupported("unsupported format version {}", update.format_version);
    if (update.format_version < metadata.format_version) return InvalidInput("a table's format version cannot go down");
    if (metadata.format_version == 1 && update.format_version > 1) {
      // Version 2 wants sequence numbers in every snapshot, which the kept texts lack.
      for (SnapshotPtr& snapshot : metadata.snapshots) {
        Snapshot copy = *snapshot;
        copy.json.clear();
        snapshot = std::make_shared<const Snapshot>(std::move(copy));
      }
    }
    metadata.format_version = update.format_version;
    return OkStatus();
  }

  Status operator()(const AddSchema& update) {
    FIRN_TRY(update.schema->Validate(metadata.format_version));
    int32_t id = 0;
    for (const auto& known : metadata.schemas) {
      if (known->SameColumns(*update.schema)) {
        builder.last_added_schema_ = known->schema_id();
        return OkStatus();
      }
      id = std::max(id, known->schema_id() + 1);
    }
    metadata.schemas.push_back(
        std::make_shared<const Schema>(id, update.schema->fields(), update.schema->identifier_field_ids()));
    metadata.last_column_id = std::max(metadata.last_column_id, update.schema->HighestFieldId());
    builder.last_added_schema_ = id;
    return OkStatus();
  }

  Status operator()(const SetCurrentSchema& update) {
    const int32_t id =
        update.schema_id == kLastAdded ? builder.last_added_schema_.value_or(kLastAdded) : update.schema_id;
    if (metadata.FindSchema(id) == nullptr) return InvalidInput("schema {} does not exist", id);
    metadata.current_schema_id = id;
    return OkStatus();
  }

  Status operator()(const AddPartitionSpec& update) {
    FIRN_TRY(ValidateForWriting(update.spec, metadata.schema()));
    int32_t id = 0;
    for (const PartitionSpec& known : metadata.partition_specs) {
      if (known.SameFields(update.spec)) {
        builder.last_added_spec_ = known.spec_id;
        return OkStatus();
      }
      id = std::max(id, known.spec_id + 1);
    }
    metadata.partition_specs.push_back({id, update.spec.fields});
    metadata.last_partition_id = std::max(metadata.last_partition_id, update.spec.HighestFieldId());
    builder.last_added_spec_ = id;
    return OkStatus();
  }

  Status operator()(const SetDefaultSpec& update) {
    const int32_t id = update.spec_id == kLastAdded ? builder.last_added_spec_.value_or(kLastAdded) : update.spec_id;
    if (metadata.FindSpec(id) == nullptr) return InvalidInput("partition spec {} does not exist", id);
    metadata.default_spec_id = id;
    return OkStatus();
  }

  Status operator()(const AddSortOrder& update) {
    SortOrder order = update.sort_order;
    int32_t id = order.fields.empty() ? 0 : 1;
    for (const SortOrder& known : metadata.sort_orders) {
      if (known.fields == order.fields) {
        builder.last_added_order_ = known.order_id;
        return OkStatus();
      }
      if (!order.fields.empty()) id = std::max(id, known.order_id + 1);
    }
    order.order_id = id;
    FIRN_TRY(ValidateForWriting(order, metadata.schema()));
    metadata.sort_orders.push_back(std::move(order));
    builder.last_added_order_ = id;
    return OkStatus();
  }

  Status operator()(const SetDefaultSortOrder& update) {
    const int32_t id =
        update.sort_order_id == kLastAdded ? builder.last_added_order_.value_or(kLastAdded) : update.sort_order_id;
    if (metadata.FindSortOrder(id) == nullptr) return InvalidInput("sort order {} does not exist", id);
    metadata.default_sort_order_id = id;
    return OkStatus();
  }

  Status operator()(const AddSnapshot& update) {
    SnapshotPtr snapshot = update.snapshot;
    if (metadata.FindSnapshot(snapshot->snapshot_id) != nullptr)
      return InvalidInput("snapshot id twice: {}", snapshot->snapshot_id);
    if (metadata.format_version < 2)
      return Unsupported("Firn does not write format version 1: set format-version to 2 first");
    if (snapshot->parent_snapshot_id && snapshot->sequence_number <= metadata.last_sequence_number) {
      return Conflict("sequence number {} is taken: the last one is {}", snapshot->sequence_number,
                      metadata.last_sequence_number);
    }
    if (snapshot->schema_id && metadata.FindSchema(*snapshot->schema_id) == nullptr) {
      return InvalidInput("schema {} of the snapshot does not exist", *snapshot->schema_id);
    }
    if (metadata.format_version >= 3) {
      if (!snapshot->first_row_id || !snapshot->added_rows || *snapshot->added_rows < 0) {
        return InvalidInput("a snapshot of format version 3 needs first-row-id and added-rows");
      }
      if (*snapshot->first_row_id < metadata.next_row_id)
        return Conflict("first-row-id {} is taken", *snapshot->first_row_id);
      metadata.next_row_id = *snapshot->first_row_id + *snapshot->added_rows;
    }
    if (snapshot->json.empty()) {
      Snapshot copy = *snapshot;
      copy.json = SerializeSnapshot(copy, metadata.format_version);
      snapshot = std::make_shared<const Snapshot>(std::move(copy));
    }
    metadata.last_sequence_number = std::max(metadata.last_sequence_number, snapshot->sequence_number);
    builder.added_snapshots_.insert(snapshot->snapshot_id);
    metadata.snapshots.push_back(std::move(snapshot));
    return OkStatus();
  }

  Status operator()(const SetSnapshotRef& update) {
    if (metadata.FindSnapshot(update.ref.snapshot_id) == nullptr) {
      return InvalidInput("snapshot {} of ref {} does not exist", update.ref.snapshot_id, update.name);
    }
    if (update.name.empty()) return InvalidInput("a ref needs a name");
    const bool is_tag = update.ref.kind == SnapshotRef::Kind::kTag;
    if (is_tag && update.name == kMainBranch) return InvalidInput("main must be a branch");
    if (is_tag && (update.ref.min_snapshots_to_keep || update.ref.max_snapshot_age_ms)) {
      return InvalidInput("a tag keeps one snapshot: only max-ref-age-ms applies to it");
    }
    metadata.refs[update.name] = update.ref;
    if (update.name == kMainBranch) metadata.current_snapshot_id = update.ref.snapshot_id;
    return OkStatus();
  }

  Status operator()(const RemoveSnapshots& update) {
    const std::set<int64_t> gone(update.snapshot_ids.begin(), update.snapshot_ids.end());
    if (metadata.current_snapshot_id && gone.contains(*metadata.current_snapshot_id)) {
      return InvalidInput("the current snapshot cannot be removed: {}", *metadata.current_snapshot_id);
    }
    EraseIf(metadata.snapshots, [&](const SnapshotPtr& snapshot) { return gone.contains(snapshot->snapshot_id); });
    EraseIf(metadata.refs, [&](const auto& ref) { return gone.contains(ref.second.snapshot_id); });
    const auto belongs = [&](const StatisticsFile& file) { return gone.contains(file.snapshot_id); };
    EraseIf(metadata.statistics, belongs);
    EraseIf(metadata.partition_statistics, belongs);
    TrimSnapshotLog(metadata);
    return OkStatus();
  }

  Status operator()(const RemoveSnapshotRef& update) {
    if (update.name == kMainBranch) metadata.current_snapshot_id.reset();
    metadata.refs.erase(update.name);
    return OkStatus();
  }

  Status operator()(const SetLocation& update) {
    if (update.location.empty()) return InvalidInput("a table needs a location");
    metadata.location = update.location;
    return OkStatus();
  }

  Status operator()(const SetProperties& update) {
    FIRN_ASSIGN(const int32_t version, ParseFormatVersion(update.updates, metadata.format_version));
    if (version != metadata.format_version) FIRN_TRY((*this)(UpgradeFormatVersion{version}));
    for (const auto& [key, value] : update.updates) {
      if (!IsReserved(key)) metadata.properties[key] = value;
    }
    return OkStatus();
  }

  Status operator()(const RemoveProperties& update) {
    for (const std::string& key : update.removals) metadata.properties.erase(key);
    return OkStatus();
  }

  Status operator()(const SetStatistics& update) {
    return SetStatisticsFile(metadata.statistics, update.statistics), OkStatus();
  }
  Status operator()(const SetPartitionStatistics& update) {
    return SetStatisticsFile(metadata.partition_statistics, update.statistics), OkStatus();
  }
  Status operator()(const RemoveStatistics& update) {
    EraseIf(metadata.statistics, [&](const StatisticsFile& file) { return file.snapshot_id == update.snapshot_id; });
    return OkStatus();
  }
  Status operator()(const RemovePartitionStatistics& update) {
    EraseIf(metadata.partition_statistics,
            [&](const StatisticsFile& file) { return file.snapshot_id == update.snapshot_id; });
    return OkStatus();
  }

  Status operator()(const RemovePartitionSpecs& update) {
    for (const int32_t id : update.spec_ids) {
      if (id == metadata.default_spec_id) return InvalidInput("the default partition spec cannot be removed: {}", id);
      EraseIf(metadata.partition_specs, [&](const PartitionSpec& spec) { return spec.spec_id == id; });
    }
    return OkStatus();
  }

  Status operator()(const RemoveSchemas& update) {
    for (const int32_t id : update.schema_ids) {
      if (id == metadata.current_schema_id) return InvalidInput("the current schema cannot be removed: {}", id);
      EraseIf(metadata.schemas, [&](const auto& schema) { return schema->schema_id() == id; });
    }
    return OkStatus();
  }
};

MetadataBuilder::MetadataBuilder(TableMetadataPtr base, std::string base_location)
    : base_(std::move(base)), base_location_(std::move(base_location)), metadata_(*base_) {
  if (!base_->table_uuid.empty()) requirements_.emplace_back(AssertTableUuid{base_->table_uuid});
}

Result<TableMetadata> MetadataBuilder::Create(const TableRequest& request, std::string uuid, int64_t now_ms) {
  TableMetadata metadata;
  FIRN_ASSIGN(metadata.format_version, ParseFormatVersion(request.properties, 2));
  metadata.table_uuid = std::move(uuid);
  metadata.location = request.location;
  while (metadata.location.size() > 1 && metadata.location.back() == '/') metadata.location.pop_back();
  if (metadata.location.empty()) return InvalidInput("a table needs a location");
  metadata.last_updated_ms = now_ms;
  FIRN_TRY(request.schema.Validate(metadata.format_version));
  const Schema schema = AssignFreshIds(request.schema, 0, &metadata.last_column_id);
  metadata.schemas.push_back(std::make_shared<const Schema>(schema));

  PartitionSpec spec;
  for (PartitionField field : request.spec.fields) {
    FIRN_ASSIGN(field.source_id, MappedId(request.schema, schema, field.source_id));
    field.field_id = ++metadata.last_partition_id;
    spec.fields.push_back(std::move(field));
  }
  FIRN_TRY(ValidateForWriting(spec, schema));
  metadata.partition_specs.push_back(std::move(spec));

  SortOrder order;
  order.order_id = request.sort_order.fields.empty() ? 0 : 1;
  for (SortField field : request.sort_order.fields) {
    FIRN_ASSIGN(field.source_id, MappedId(request.schema, schema, field.source_id));
    order.fields.push_back(std::move(field));
  }
  FIRN_TRY(ValidateForWriting(order, schema));
  metadata.default_sort_order_id = order.order_id;
  metadata.sort_orders.push_back(std::move(order));

  metadata.properties.emplace("write.parquet.compression-codec", "zstd");
  for (const auto& [key, value] : request.properties) {
    if (!IsReserved(key)) metadata.properties[key] = value;
  }
  return metadata;
}

Status MetadataBuilder::Apply(const TableUpdate& update) {
  FIRN_TRY(std::visit(Applier{*this}, update).WithContext(UpdateName(update)));
  updates_.push_back(update);
  return OkStatus();
}

void MetadataBuilder::Require(TableRequirement requirement) {
  requirements_.push_back(std::move(requirement));
}

Result<TableMetadata> MetadataBuilder::Build(int64_t now_ms, std::vector<std::string>* dropped_metadata) {
  TableMetadata& metadata = metadata_;
  metadata.last_updated_ms = std::max(now_ms, base_->last_updated_ms);
  const SnapshotPtr current = metadata.current_snapshot();
  if (current != nullptr && metadata.current_snapshot_id != base_->current_snapshot_id) {
    const bool is_new = added_snapshots_.contains(current->snapshot_id);
    int64_t logged_ms = is_new ? current->timestamp_ms : metadata.last_updated_ms;
    if (!metadata.snapshot_log.empty()) logged_ms = std::max(logged_ms, metadata.snapshot_log.back().timestamp_ms);
    metadata.snapshot_log.push_back({logged_ms, current->snapshot_id});
    metadata.last_updated_ms = std::max(metadata.last_updated_ms, logged_ms);
  }
  if (!base_location_.empty()) metadata.metadata_log.push_back({base_->last_updated_ms, base_location_});
  const int64_t kept = std::max<int64_t>(1, metadata.IntegerProperty("write.metadata.previous-versions-max", 100));
  while (static_cast<int64_t>(metadata.metadata_log.size()) > kept) {
    if (dropped_metadata != nullptr) dropped_metadata->push_back(metadata.metadata_log.front().metadata_file);
    metadata.metadata_log.erase(metadata.metadata_log.begin());
  }
  if (const Status status = Validate(metadata); !status.ok()) return InvalidInput("{}", status.error().message());
  return std::move(metadata_);
}

}  // namespace firn::iceberg
