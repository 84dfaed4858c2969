#include "lake/partition_assigner.h"

#include <map>
#include <unordered_map>

#include "base/floor_divide.h"
#include "point/row.h"

namespace firn::lake {
namespace {

using iceberg::Literal;
using iceberg::PartitionValues;
using iceberg::TypeId;
using point::Batch;

/// One field of the spec.
struct Source {
  enum class Kind : uint8_t { kTime, kTag, kField, kNothing };
  Kind kind = Kind::kNothing;
  iceberg::Transform transform;
  iceberg::Type type;
  std::string name;                           // of the tag or field
  std::vector<point::FieldType> field_types;  // whose values go to the column
  // Values that were seen, and their numbers.
  std::vector<Literal> values;
  std::map<std::string, uint32_t> number_of;
  std::unordered_map<int64_t, uint32_t> by_time_unit;
  std::vector<uint32_t> by_series;
};

/// Text that is equal for equal values.
std::string KeyOf(const Literal& value) {
  return std::to_string(value.value().index()) + iceberg::ToString(value);
}

class SpecAssigner final : public PartitionAssigner {
 public:
  SpecAssigner(std::span<const Batch* const> batches, const SeriesIndex& series) : batches_(batches), series_(series) {}

  Status Add(const iceberg::PartitionField& field, const SchemaPlan& plan, const iceberg::Schema& schema) {
    Source source;
    source.transform = field.transform;
    const iceberg::NestedField* column = schema.FindField(field.source_id);
    if (column == nullptr || field.transform.kind == iceberg::Transform::Kind::kVoid) {
      sources_.push_back(std::move(source));
      return OkStatus();
    }
    source.type = column->type;
    FIRN_TRY(iceberg::TransformResultType(field.transform, column->type)
                 .status()
                 .WithContext("cannot partition by " + field.name));
    for (const auto& [key, id] : plan.target) {
      if (id != field.source_id) continue;
      if (key.kind == ColumnKey::Kind::kTimeNanos) return Unsupported("cannot partition by {}", column->name);
      source.name = key.name;
      if (key.kind == ColumnKey::Kind::kTime) source.kind = Source::Kind::kTime;
      if (key.kind == ColumnKey::Kind::kTag) source.kind = Source::Kind::kTag;
      if (key.kind == ColumnKey::Kind::kField) {
        source.kind = Source::Kind::kField;
        source.field_types.push_back(key.type);
      }
    }
    sources_.push_back(std::move(source));
    return OkStatus();
  }

  bool SameForTimes(int64_t first_ns, int64_t last_ns) const override {
    for (const Source& source : sources_) {
      if (source.kind == Source::Kind::kNothing) continue;
      if (source.kind != Source::Kind::kTime || UnitOf(source, first_ns) != UnitOf(source, last_ns)) return false;
    }
    return true;
  }

  uint32_t Assign(RowAt row, int64_t time_ns, uint32_t series) override {
    uint64_t combined = 0;
    for (Source& source : sources_) {
      const uint64_t number = Number(source, row, time_ns, series);
      combined = Combine(combined, number);
    }
    if (combined == last_combined_ && !values_.empty()) return last_;
    const auto [known, added] = partition_of_.emplace(combined, static_cast<uint32_t>(values_.size()));
    if (added) values_.push_back(ValuesOf(row, time_ns, series));
    last_combined_ = combined;
    last_ = known->second;
    return last_;
  }

  const std::vector<PartitionValues>& values() const override { return values_; }

 private:
  /// Two numbers as one, the same one for the same two.
  uint64_t Combine(uint64_t left, uint64_t right) {
    if (sources_.size() == 1) return right;
    return pairs_.emplace(std::pair(left, right), pairs_.size() + 1).first->second;
  }

  /// The times that one value of the transform spans have the same unit.
  static int64_t UnitOf(const Source& source, int64_t time_ns) {
    switch (source.transform.kind) {
      case iceberg::Transform::Kind::kHour:
        return FloorDivide(time_ns, 3'600'000'000'000);
      case iceberg::Transform::Kind::kYear:
      case iceberg::Transform::Kind::kMonth:
      case iceberg::Transform::Kind::kDay:
        return FloorDivide(time_ns, 86'400'000'000'000);
      default:
        return time_ns;
    }
  }

  static Literal TimeValue(const Source& source, int64_t time_ns) {
    const bool nanos = source.type.id() == TypeId::kTimestampTzNs || source.type.id() == TypeId::kTimestampNs;
    return Literal(nanos ? time_ns : FloorDivide(time_ns, 1'000));
  }

  uint32_t Number(Source& source, RowAt row, int64_t time_ns, uint32_t series) {
    switch (source.kind) {
      case Source::Kind::kNothing:
        return 0;
      case Source::Kind::kTime: {
        const auto [known, added] = source.by_time_unit.emplace(UnitOf(source, time_ns), 0);
        if (added) known->second = NumberOf(source, TimeValue(source, time_ns));
        return known->second;
      }
      case Source::Kind::kTag: {
        constexpr uint32_t kUnknown = UINT32_MAX;
        if (source.by_series.size() < series_.series_count()) source.by_series.resize(series_.series_count(), kUnknown);
        uint32_t& number = source.by_series[series];
        if (number == kUnknown) number = NumberOf(source, TagValue(source, series));
        return number;
      }
      case Source::Kind::kField:
        return NumberOf(source, FieldValue(source, row));
    }
    return 0;
  }

  uint32_t NumberOf(Source& source, const Literal& value) {
    const Literal transformed = Transformed(source, value);
    const auto [known, added] =
        source.number_of.emplace(KeyOf(transformed), static_cast<uint32_t>(source.values.size()));
    if (added) source.values.push_back(transformed);
    return known->second;
  }

  static Literal Transformed(const Source& source, const Literal& value) {
    // The transform takes the type (asked in Add), so it cannot fail; a null partition is the safe answer if it did.
    auto transformed = iceberg::ApplyTransform(source.transform, source.type, value);
    return transformed.ok() ? *transformed : Literal();
  }

  Literal TagValue(const Source& source, uint32_t series) const {
    const int tag = series_.FindTag(source.name);
    if (tag < 0 || series_.tags()[static_cast<size_t>(tag)].codes.Of(series) == 0) return {};
    return Literal(series_.ValueOf(series_.tags()[static_cast<size_t>(tag)], series));
  }

  Literal FieldValue(const Source& source, RowAt at) const {
    for (const point::FieldType type : source.field_types) {
      const int index = batches_[at.batch]->FindField(source.name, type);
      if (index < 0) continue;
      const point::FieldColumn& column = batches_[at.batch]->fields[static_cast<size_t>(index)];
      if (column.IsSet(at.row)) return Converted(source.type.id(), point::ValueAt(column, at.row));
    }
    return {};
  }

  static Literal Converted(TypeId to, const point::FieldValue& value) {
    return std::visit(
        [to](const auto& held) -> Literal {
          using T = std::decay_t<decltype(held)>;
          if constexpr (std::is_same_v<T, std::string_view>) {
            return Literal(held);
          } else {
            switch (to) {
              case TypeId::kBoolean:
                return Literal(static_cast<bool>(held));
              case TypeId::kInt:
                return Literal(static_cast<int32_t>(held));
              case TypeId::kLong:
                return Literal(static_cast<int64_t>(held));
              case TypeId::kFloat:
                return Literal(static_cast<float>(held));
              case TypeId::kDouble:
                return Literal(static_cast<double>(held));
              case TypeId::kDecimal:
                return Literal(iceberg::Decimal{static_cast<iceberg::Int128>(held)});
              default:
                return Literal();
            }
          }
        },
        value);
  }

  PartitionValues ValuesOf(RowAt row, int64_t time_ns, uint32_t series) {
    PartitionValues values;
    for (Source& source : sources_) {
      if (source.kind == Source::Kind::kNothing) {
        values.emplace_back();
      } else {
        values.push_back(source.values[Number(source, row, time_ns, series)]);
      }
    }
    return values;
  }

  std::span<const Batch* const> batches_;
  const SeriesIndex& series_;
  std::vector<Source> sources_;
  std::vector<PartitionValues> values_;
  std::unordered_map<uint64_t, uint32_t> partition_of_;
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> pairs_;
  uint64_t last_combined_ = 0;
  uint32_t last_ = 0;
};

}  // namespace

Result<std::unique_ptr<PartitionAssigner>> MakePartitionAssigner(const iceberg::TableMetadata& metadata,
                                                                 const SchemaPlan& plan,
                                                                 std::span<const Batch* const> batches,
                                                                 const SeriesIndex& series) {
  auto assigner = std::make_unique<SpecAssigner>(batches, series);
  for (const iceberg::PartitionField& field : metadata.spec().fields) {
    FIRN_TRY(assigner->Add(field, plan, metadata.schema()));
  }
  return std::unique_ptr<PartitionAssigner>(std::move(assigner));
}

}  // namespace firn::lake
