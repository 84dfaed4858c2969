#include "iceberg/scan/file_filter.h"

#include <algorithm>

#include "iceberg/spec/single_value.h"

namespace firn::iceberg {
namespace {

using Op = Expression::Op;

std::optional<Literal> DecodeBound(const Type& type, const std::optional<std::string>& bytes) {
  if (!bytes) return std::nullopt;
  const Result<Literal> literal = FromSingleValueBytes(type, *bytes);
  // A bound that cannot be read, or is NaN as old writers made them, says nothing.
  if (!literal.ok() || literal->is_nan()) return std::nullopt;
  return *literal;
}

std::optional<std::string> FindBytes(const std::map<int32_t, std::string>& map, int32_t id) {
  const auto found = map.find(id);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

std::optional<int64_t> FindCount(const std::map<int32_t, int64_t>& map, int32_t id) {
  const auto found = map.find(id);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

bool IsFloating(const Type& type) {
  return type.id() == TypeId::kFloat || type.id() == TypeId::kDouble;
}

ValueRange RangeOfValue(const Literal& value) {
  ValueRange range;
  range.may_be_null = value.is_null();
  range.may_be_nan = value.is_nan();
  range.has_values = !value.is_null() && !value.is_nan();
  if (range.has_values) range.lower = range.upper = value;
  return range;
}

ValueRange RangeOfSummary(const FieldSummary& summary, const Type& type) {
  ValueRange range;
  range.may_be_null = summary.contains_null;
  range.may_be_nan = summary.contains_nan.value_or(IsFloating(type));
  range.lower = DecodeBound(type, summary.lower_bound);
  range.upper = DecodeBound(type, summary.upper_bound);
  // Without bounds and with nulls (or NaN) nothing else is there; an unreadable bound still means values.
  range.has_values = summary.lower_bound.has_value() || (!summary.contains_null && !range.may_be_nan);
  return range;
}

ValueRange RangeOfColumn(const DataFile& file, const NestedField& field) {
  ValueRange range;
  const auto values = FindCount(file.value_counts, field.id);
  const auto nulls = FindCount(file.null_value_counts, field.id);
  const auto nans = FindCount(file.nan_value_counts, field.id);
  if (nulls) range.may_be_null = *nulls > 0;
  range.may_be_nan = IsFloating(field.type) && (!nans || *nans > 0);
  if (values && nulls) range.has_values = *values - *nulls - (nans ? *nans : 0) > 0;
  if (values && nulls && *values == *nulls) range.may_be_nan = false;
  range.lower = DecodeBound(field.type, FindBytes(file.lower_bounds, field.id));
  range.upper = DecodeBound(field.type, FindBytes(file.upper_bounds, field.id));
  return range;
}

}  // namespace

FileFilter::FileFilter(ExpressionPtr filter, const Schema& schema, const TableMetadata& metadata)
    : filter_(std::move(filter)), schema_(schema), metadata_(metadata) {}

template <typename Leaf>
bool FileFilter::Evaluate(const Expression& expression, const Leaf& leaf) {
  const auto evaluate = [&](const ExpressionPtr& child) { return Evaluate(*child, leaf); };
  switch (expression.op) {
    case Op::kTrue:
      return true;
    case Op::kFalse:
      return false;
    case Op::kAnd:
      return std::all_of(expression.children.begin(), expression.children.end(), evaluate);
    case Op::kOr:
      return std::any_of(expression.children.begin(), expression.children.end(), evaluate);
    case Op::kNot:
      return true;
    default:
      return leaf(expression);
  }
}

const std::vector<FileFilter::Projection>& FileFilter::ProjectionsOf(const Expression& predicate,
                                                                     const PartitionSpec& spec) const {
  const auto [place, is_new] = projections_.try_emplace({&predicate, spec.spec_id});
  if (!is_new) return place->second;
  const NestedField* source = schema_.FindField(predicate.field_id);
  for (size_t i = 0; source != nullptr && i < spec.fields.size(); ++i) {
    const PartitionField& field = spec.fields[i];
    if (field.source_id != predicate.field_id || !field.more_source_ids.empty()) continue;
    const Result<Type> type = TransformResultType(field.transform, source->type);
    std::optional<Expression> projected = ProjectInclusive(predicate, field.transform, source->type);
    if (type.ok() && projected) place->second.push_back({i, *type, std::move(*projected)});
  }
  return place->second;
}

bool FileFilter::ManifestMayMatch(const ManifestFile& line) const {
  const PartitionSpec* spec = metadata_.FindSpec(line.partition_spec_id);
  if (spec == nullptr || !line.partitions) return true;
  return Evaluate(*filter_, [&](const Expression& predicate) {
    const std::vector<Projection>& projections = ProjectionsOf(predicate, *spec);
    return std::all_of(projections.begin(), projections.end(), [&](const Projection& projection) {
      if (projection.field >= line.partitions->size()) return true;
      return MayMatch(projection.predicate, RangeOfSummary((*line.partitions)[projection.field], projection.type));
    });
  });
}

bool FileFilter::PartitionMayMatch(const Expression& predicate, const DataFile& file) const {
  const PartitionSpec* spec = metadata_.FindSpec(file.spec_id);
  if (spec == nullptr) return true;
  const std::vector<Projection>& projections = ProjectionsOf(predicate, *spec);
  return std::all_of(projections.begin(), projections.end(), [&](const Projection& projection) {
    if (projection.field >= file.partition.size()) return true;
    return MayMatch(projection.predicate, RangeOfValue(file.partition[projection.field]));
  });
}

bool FileFilter::BoundsMayMatch(const Expression& predicate, const DataFile& file) const {
  const NestedField* field = schema_.FindField(predicate.field_id);
  if (field == nullptr || field->type.is_nested() || schema_.IsInsideListOrMap(predicate.field_id)) return true;
  return MayMatch(predicate, RangeOfColumn(file, *field));
}

bool FileFilter::FileMayMatch(const DataFile& file) const {
  if (matches_everything()) return true;
  if (file.record_count == 0) return false;
  return Evaluate(*filter_, [&](const Expression& predicate) {
    return PartitionMayMatch(predicate, file) && BoundsMayMatch(predicate, file);
  });
}

}  // namespace firn::iceberg
