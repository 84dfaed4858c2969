#include "inputs/write_endpoints/field_types.h"

#include <fmt/format.h>

#include <algorithm>

namespace firn::inputs::write_endpoints {
namespace {

void Refuse(FieldRefusals& refusals, uint64_t points, std::string reason) {
  if (points == 0) return;
  if (refusals.empty()) refusals.reason = std::move(reason);
  refusals.dropped += points;
  refusals.changed = true;
}

bool AnyFieldSet(const point::Batch& batch, size_t row) {
  return std::any_of(batch.fields.begin(), batch.fields.end(),
                     [&](const point::FieldColumn& column) { return column.IsSet(row); });
}

// A column with several types of one name, or of a name known with another type, is looked at row by row.
struct KnownColumn {
  std::string key;
  const point::FieldColumn* column;
};

void Keep(point::Batch& batch, const std::vector<uint32_t>& rows) {
  if (rows.size() == batch.rows()) return;
  batch = batch.Select(rows);
  batch.DropEmptyColumns();
}

}  // namespace

FieldRefusals FieldTypes::Apply(std::vector<point::Batch>& batches) {
  FieldRefusals refusals;
  const std::lock_guard lock(mutex_);
  for (point::Batch& batch : batches) {
    DropTimeField(batch, refusals);
    ApplyTo(batch, refusals);
  }
  std::erase_if(batches, [](const point::Batch& batch) { return batch.empty(); });
  return refusals;
}

void FieldTypes::DropTimeField(point::Batch& batch, FieldRefusals& refusals) {
  const size_t erased =
      std::erase_if(batch.fields, [](const point::FieldColumn& column) { return column.name() == "time"; });
  if (erased == 0) return;
  refusals.changed = true;
  std::vector<uint32_t> kept;
  for (size_t row = 0; row < batch.rows(); ++row) {
    if (AnyFieldSet(batch, row)) kept.push_back(static_cast<uint32_t>(row));
  }
  Refuse(refusals, batch.rows() - kept.size(),
         fmt::format("invalid field name: input field \"time\" on measurement \"{}\" is invalid", batch.measurement));
  Keep(batch, kept);
}

void FieldTypes::ApplyTo(point::Batch& batch, FieldRefusals& refusals) {
  const std::string prefix = batch.database + '\0' + batch.measurement + '\0';
  std::vector<KnownColumn> columns;
  bool conflict = false;
  for (const point::FieldColumn& column : batch.fields) {
    columns.push_back({prefix + column.name(), &column});
    const auto known = types_.find(columns.back().key);
    conflict = conflict || (known != types_.end() && known->second != column.type());
  }
  // Rows in order: the first value of a field that is not known says its type.
  const bool several_types = [&] {
    std::vector<std::string> names;
    for (const KnownColumn& column : columns) names.push_back(column.key);
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
  }();
  if (!conflict && !several_types) {
    for (const KnownColumn& column : columns) {
      if (types_.size() < max_fields_) types_.try_emplace(column.key, column.column->type());
    }
    return;
  }

  std::vector<uint32_t> kept;
  for (size_t row = 0; row < batch.rows(); ++row) {
    const KnownColumn* refused = nullptr;
    point::FieldType known_type{};
    for (const KnownColumn& column : columns) {
      if (refused != nullptr || !column.column->IsSet(row)) continue;
      const auto known = types_.find(column.key);
      if (known == types_.end() || known->second == column.column->type()) continue;
      refused = &column;
      known_type = known->second;
    }
    if (refused != nullptr) {
      Refuse(refusals, 1,
             fmt::format(
                 "field type conflict: input field \"{}\" on measurement \"{}\" is type {}, already exists as type {}",
                 refused->column->name(), batch.measurement, point::FieldTypeName(refused->column->type()),
                 point::FieldTypeName(known_type)));
      continue;
    }
    kept.push_back(static_cast<uint32_t>(row));
    for (const KnownColumn& column : columns) {
      if (column.column->IsSet(row) && types_.size() < max_fields_)
        types_.try_emplace(column.key, column.column->type());
    }
  }
  Keep(batch, kept);
}

}  // namespace firn::inputs::write_endpoints
