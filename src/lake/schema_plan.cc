#include "lake/schema_plan.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "iceberg/updates/layout_update.h"
#include "iceberg/updates/schema_update.h"
#include "lake/partitioning.h"
#include "lake/value_conversion.h"

namespace firn::lake {
namespace {

using iceberg::NestedField;
using iceberg::Schema;
using iceberg::TypeId;
using point::Batch;
using point::FieldColumn;

/// Case-folded so that two names that some engine cannot tell apart are one. Only ASCII letters: engines differ on
/// others.
std::string Fold(std::string_view name) {
  std::string folded(name);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

bool IsUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const auto first = static_cast<uint8_t>(text[at]);
    size_t length = first < 0x80 ? 1 : first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : 4;
    if ((length == 4 && (first < 0xf0 || first > 0xf4)) || at + length > text.size()) return false;
    for (size_t i = 1; i < length; ++i) {
      if ((static_cast<uint8_t>(text[at + i]) & 0xc0) != 0x80) return false;
    }
    at += length;
  }
  return true;
}

bool IsTime(TypeId id) {
  return id == TypeId::kTimestampTz || id == TypeId::kTimestampTzNs || id == TypeId::kTimestamp ||
         id == TypeId::kTimestampNs;
}
bool IsNanos(TypeId id) {
  return id == TypeId::kTimestampTzNs || id == TypeId::kTimestampNs;
}

/// A key and the batch columns that hold its values (none for times and tags).
struct Need {
  ColumnKey key;
  std::vector<const FieldColumn*> values;
};

std::vector<Need> CollectNeeds(std::span<const Batch* const> batches) {
  std::vector<Need> needs;
  std::map<ColumnKey, size_t> known;
  const auto need_for = [&](const ColumnKey& key) -> Need& {
    const auto [at, added] = known.emplace(key, needs.size());
    if (added) needs.push_back({key, {}});
    return needs[at->second];
  };
  for (const Batch* batch : batches) {
    for (uint32_t i = 0; i < batch->series_view.tag_column_count(); ++i) {
      need_for(ColumnKey::Tag(batch->series_view.column(i).name()));
    }
    for (const FieldColumn& field : batch->fields) {
      if (field.null_count() < field.size())
        need_for(ColumnKey::Field(field.name(), field.type())).values.push_back(&field);
    }
  }
  // A new table has its tags first.
  std::stable_partition(needs.begin(), needs.end(),
                        [](const Need& need) { return need.key.kind == ColumnKey::Kind::kTag; });
  return needs;
}

bool NeedsNanos(std::span<const Batch* const> batches) {
  return std::any_of(batches.begin(), batches.end(), [](const Batch* batch) {
    return std::any_of(batch->times.begin(), batch->times.end(), [](int64_t time) { return time % 1000 != 0; });
  });
}

class Planner {
 public:
  Planner(const iceberg::TableMetadata* metadata, const SchemaPlanOptions& options)
      : schema_(metadata != nullptr ? &metadata->schema() : nullptr), options_(options) {
    if (schema_ == nullptr) return;
    for (const NestedField& field : schema_->fields()) taken_.insert(Fold(field.name));
  }

  Result<SchemaPlan> Plan(ColumnMap map, std::span<const Batch* const> batches) {
    plan_.map = std::move(map);
    FIRN_TRY(PlanTime(NeedsNanos(batches)));
    for (const Need& need : CollectNeeds(batches)) {
      if (!IsUtf8(need.key.name)) {
        plan_.refused[need.key] = "the column's name is not valid UTF-8";
      } else if (need.key.kind == ColumnKey::Kind::kTag) {
        PlanTag(need.key);
      } else {
        PlanField(need);
      }
    }
    if (!nanos_name_.empty()) Add(ColumnKey::TimeNanos(), nanos_name_, iceberg::Type(TypeId::kInt));
    plan_.changes_table = !plan_.additions.empty() || map_changed_;
    return std::move(plan_);
  }

 private:
  const NestedField* Column(int32_t id) const { return schema_ == nullptr ? nullptr : schema_->FindField(id); }

  Status PlanTime(bool needs_nanos) {
    if (const auto id = plan_.map.Find(ColumnKey::Time())) {
      const NestedField* column = Column(*id);
      if (column == nullptr || !IsTime(column->type.id())) {
        return InvalidInput("the table's time column (field id {}) is gone or no longer a timestamp", *id);
      }
      plan_.target[ColumnKey::Time()] = *id;
      return PlanNanos(needs_nanos && !IsNanos(column->type.id()));
    }
    if (schema_ != nullptr) {
      const NestedField* column = schema_->FindField(options_.time_column);
      if (column == nullptr || !IsTime(column->type.id())) {
        return InvalidInput("the table exists and has no timestamp column '{}'", options_.time_column);
      }
      TakeOver(ColumnKey::Time(), *column);
      return PlanNanos(needs_nanos && !IsNanos(column->type.id()));
    }
    const bool nanos = options_.time_precision == TimePrecision::kNanos;
    Add(ColumnKey::Time(), options_.time_column, iceberg::Type(nanos ? TypeId::kTimestampTzNs : TypeId::kTimestampTz));
    return PlanNanos(needs_nanos && !nanos);
  }

  Status PlanNanos(bool needed) {
    const ColumnKey key = ColumnKey::TimeNanos();
    if (const auto id = plan_.map.Find(key)) {
      if (Column(*id) == nullptr) {
        if (needed) plan_.dropped.push_back(key);
      } else {
        plan_.target[key] = *id;
      }
      return OkStatus();
    }
    if (needed) {
      // The name is taken now and the column added last, behind what the data brings.
      nanos_name_ = FreeName(options_.time_column + "_nanos");
      taken_.insert(Fold(nanos_name_));
    }
    return OkStatus();
  }

  void PlanTag(const ColumnKey& key) {
    if (const auto id = plan_.map.Find(key)) {
      const NestedField* column = Column(*id);
      if (column == nullptr) {
        plan_.dropped.push_back(key);
      } else if (column->type.id() != TypeId::kString) {
        plan_.refused[key] = fmt::format("column '{}' is no longer a string", column->name);
      } else {
        plan_.target[key] = *id;
      }
      return;
    }
    if (const NestedField* column = Adoptable(key.name); column != nullptr && column->type.id() == TypeId::kString) {
      return TakeOver(key, *column);
    }
    AddOrRefuse(key, FreeName(key.name, "tag"), iceberg::Type(TypeId::kString));
  }

  static bool Takes(const NestedField& column, const Need& need) {
    return std::all_of(need.values.begin(), need.values.end(),
                       [&](const FieldColumn* values) { return AllExact(*values, column.type); });
  }

  void PlanField(const Need& need) {
    const ColumnKey& key = need.key;
    bool conflict = false;
    if (const auto id = plan_.map.Find(key)) {
      const NestedField* column = Column(*id);
      if (column == nullptr) return plan_.dropped.push_back(key);
      if (Takes(*column, need)) {
        plan_.target[key] = *id;
        return;
      }
      conflict = true;
    }
    for (const auto& [other, id] : plan_.map.ids()) {
      if (conflict || other.kind != ColumnKey::Kind::kField || other.name != key.name) continue;
      const NestedField* column = Column(id);
      if (column != nullptr && Takes(*column, need)) {
        plan_.target[key] = id;
        return;
      }
    }
    const NestedField* column = Adoptable(key.name);
    if (!conflict && column != nullptr && Takes(*column, need)) return TakeOver(key, *column);
    if (!conflict && FitsAddition(need)) return;  // it is planned again once the column is there
    if (!conflict) conflict = HasSibling(key);
    if (conflict && options_.on_type_conflict == TypeConflict::kReject) {
      plan_.refused[key] =
          fmt::format("field '{}' is {}, and its column has another type", key.name, point::FieldTypeName(key.type));
      return;
    }
    const std::string_view type = point::FieldTypeName(key.type);
    const std::string name =
        conflict ? FreeName(fmt::format("{}_{}", key.name, type), "field") : FreeName(key.name, "field");
    AddOrRefuse(key, name, TypeForField(key.type));
  }

  /// True when the field has a column of another type, in the table or among what is being added.
  bool HasSibling(const ColumnKey& key) const {
    const auto is_sibling = [&key](const ColumnKey& other) {
      return other.kind == ColumnKey::Kind::kField && other.name == key.name && other.type != key.type;
    };
    return std::any_of(plan_.map.ids().begin(), plan_.map.ids().end(),
                       [&](const auto& entry) { return is_sibling(entry.first); }) ||
           std::any_of(plan_.additions.begin(), plan_.additions.end(),
                       [&](const AddedColumn& added) { return is_sibling(added.key); });
  }

  bool FitsAddition(const Need& need) const {
    return std::any_of(plan_.additions.begin(), plan_.additions.end(), [&](const AddedColumn& added) {
      return added.key.kind == ColumnKey::Kind::kField && added.key.name == need.key.name &&
             std::all_of(need.values.begin(), need.values.end(),
                         [&](const FieldColumn* values) { return AllExact(*values, added.type); });
    });
  }

  /// A column of this name that nothing of ours is mapped to.
  const NestedField* Adoptable(std::string_view name) const {
    if (schema_ == nullptr) return nullptr;
    for (const NestedField& field : schema_->fields()) {
      if (field.name == name) return plan_.map.HasId(field.id) ? nullptr : &field;
    }
    return nullptr;
  }

  void TakeOver(const ColumnKey& key, const NestedField& column) {
    plan_.map.Set(key, column.id);
    plan_.target[key] = column.id;
    map_changed_ = true;
  }

  void AddOrRefuse(const ColumnKey& key, const std::string& name, iceberg::Type type) {
    const size_t columns = (schema_ == nullptr ? 0 : schema_->fields().size()) + plan_.additions.size();
    if (columns >= options_.max_columns) {
      plan_.refused[key] = fmt::format("the table has max_columns = {} columns already", options_.max_columns);
      return;
    }
    Add(key, name, std::move(type));
  }

  void Add(const ColumnKey& key, const std::string& name, iceberg::Type type) {
    taken_.insert(Fold(name));
    plan_.additions.push_back({key, name, std::move(type)});
  }

  std::string FreeName(const std::string& name, std::string_view suffix = {}) const {
    if (!taken_.contains(Fold(name))) return name;
    const std::string longer = suffix.empty() ? name : fmt::format("{}_{}", name, suffix);
    if (!taken_.contains(Fold(longer))) return longer;
    for (int number = 2;; ++number) {
      std::string numbered = fmt::format("{}_{}", longer, number);
      if (!taken_.contains(Fold(numbered))) return numbered;
    }
  }

  const Schema* schema_;
  const SchemaPlanOptions& options_;
  SchemaPlan plan_;
  std::set<std::string> taken_;
  bool map_changed_ = false;
  std::string nanos_name_;  // of the column to add; empty = none
};

/// Sort fields of the columns in `map`: tags by id, then the times. All ascending, nulls first.
std::vector<iceberg::SortField> SortFields(const ColumnMap& map, const Schema& schema) {
  std::vector<int32_t> tags;
  std::vector<int32_t> times;
  for (const auto& [key, id] : map.ids()) {
    if (key.kind == ColumnKey::Kind::kField || schema.FindField(id) == nullptr) continue;
    (key.kind == ColumnKey::Kind::kTag ? tags : times).push_back(id);
  }
  std::sort(tags.begin(), tags.end());
  std::vector<iceberg::SortField> fields;
  for (const auto* ids : {&tags, &times}) {
    for (const int32_t id : *ids) fields.push_back({id, iceberg::Transform::Identity(), {}, {}});
  }
  return fields;
}

}  // namespace

Result<SchemaPlan> PlanSchema(const iceberg::TableMetadata* metadata, std::span<const Batch* const> batches,
                              const SchemaPlanOptions& options) {
  ColumnMap map;
  if (metadata != nullptr) {
    if (const auto property = metadata->properties.find(ColumnMap::kProperty); property != metadata->properties.end()) {
      FIRN_ASSIGN(map, ColumnMap::Parse(property->second));
    }
  }
  return Planner(metadata, options).Plan(std::move(map), batches);
}

Result<iceberg::TableRequest> MakeTableRequest(const SchemaPlan& plan, const TableOptions& options,
                                               int format_version) {
  std::vector<NestedField> fields;
  ColumnMap map;
  for (const AddedColumn& column : plan.additions) {
    NestedField field;
    field.id = static_cast<int32_t>(fields.size()) + 1;
    field.name = column.name;
    field.type = column.type;
    field.required = column.key.kind == ColumnKey::Kind::kTime;
    map.Set(column.key, field.id);
    fields.push_back(std::move(field));
  }
  iceberg::TableRequest request;
  request.schema = Schema(0, fields);
  for (const std::string& text : options.partition_by) {
    FIRN_ASSIGN(const PartitionBy by, ParsePartitionField(text));
    const NestedField* source = request.schema.FindField(by.column);
    if (source == nullptr) {
      log::Warn("partition_by: the table has no column '{}' yet, so {} is left out", by.column, text);
      continue;
    }
    iceberg::PartitionField field;
    field.source_id = source->id;
    field.field_id = iceberg::kFirstPartitionFieldId + static_cast<int32_t>(request.spec.fields.size());
    field.transform = by.transform;
    field.name = iceberg::DefaultPartitionFieldName(by.column, by.transform);
    request.spec.fields.push_back(std::move(field));
  }
  request.sort_order = {1, SortFields(map, request.schema)};
  for (const auto& [key, value] : options.properties) request.properties[key] = value;
  request.properties["format-version"] = std::to_string(format_version);
  request.properties[ColumnMap::kProperty] = map.ToJson();
  request.properties.emplace("write.parquet.compression-codec", "zstd");
  request.properties.emplace("write.metadata.delete-after-commit.enabled", "true");
  request.properties.emplace("write.metadata.previous-versions-max", "20");
  request.properties.emplace("commit.manifest-merge.enabled", "true");
  return request;
}

Status ApplySchemaPlan(const SchemaPlan& plan, iceberg::MetadataBuilder& builder) {
  iceberg::SchemaUpdate update(builder.current());
  ColumnMap map = plan.map;
  bool new_sort_column = false;
  for (const AddedColumn& column : plan.additions) {
    FIRN_ASSIGN(const int32_t id, update.AddColumn("", column.name, column.type));
    map.Set(column.key, id);
    new_sort_column |= column.key.kind != ColumnKey::Kind::kField;
  }
  const bool sorted_as_ours = SortOrderIdFor(builder.current(), plan.map).has_value();
  FIRN_TRY(update.ApplyTo(builder));
  FIRN_TRY(builder.Apply(iceberg::SetProperties{{{ColumnMap::kProperty, map.ToJson()}}}));
  if (new_sort_column && sorted_as_ours) {
    FIRN_TRY(iceberg::SetSortOrder(builder, SortFields(map, builder.current().schema())));
  }
  return OkStatus();
}

std::vector<std::string> TagOrder(const ColumnMap& map, const Schema& schema) {
  std::vector<std::pair<int32_t, std::string>> tags;
  for (const auto& [key, id] : map.ids()) {
    if (key.kind == ColumnKey::Kind::kTag && schema.FindField(id) != nullptr) tags.emplace_back(id, key.name);
  }
  std::sort(tags.begin(), tags.end());
  std::vector<std::string> names;
  for (auto& [id, name] : tags) names.push_back(std::move(name));
  return names;
}

std::optional<int32_t> SortOrderIdFor(const iceberg::TableMetadata& metadata, const ColumnMap& map) {
  const iceberg::SortOrder& order = metadata.sort_order();
  if (order.order_id == 0 || order.fields != SortFields(map, metadata.schema())) return std::nullopt;
  return order.order_id;
}

}  // namespace firn::lake
