#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "iceberg/spec/schema.h"
#include "iceberg/spec/transform.h"

namespace firn::iceberg {

inline constexpr int32_t kFirstPartitionFieldId = 1000;

struct PartitionField {
  int32_t source_id = 0;
  std::vector<int32_t> more_source_ids;  ///< v3 transforms of several columns: the ones after `source_id`
  int32_t field_id = 0;
  std::string name;
  Transform transform;

  bool operator==(const PartitionField&) const = default;
};

/// How a table is cut into partitions. A data file names the spec that it was written under.
struct PartitionSpec {
  int32_t spec_id = 0;
  std::vector<PartitionField> fields;

  bool is_unpartitioned() const;
  /// Same sources, transforms and names in the same order: such a spec keeps its id.
  bool SameFields(const PartitionSpec& other) const;
  int32_t HighestFieldId() const;  ///< 999 where there is none
  bool operator==(const PartitionSpec&) const = default;
};

/// The values of one file's partition, in the order of its spec's fields.
using PartitionValues = std::vector<Literal>;

/// Sources exist, are primitive and lie in no list or map; names are unique and clash with no column; transforms are
/// known and fit.
Status ValidateForWriting(const PartitionSpec& spec, const Schema& schema);

/// Types of the partition values: a struct's fields with the partition field ids. A source column that is gone, or a
/// transform that is not known, gives kUnknown.
std::vector<Type> PartitionTypes(const PartitionSpec& spec, const Schema& schema);

/// `time_day=2024-02-29/host=a+b%2Fc`, "" for an unpartitioned spec (Java's form encoding of names and values).
std::string PartitionPath(const PartitionSpec& spec, const Schema& schema, const PartitionValues& values);

/// `time_day`, `host_bucket_16`, …: the name that schema evolution gives a field of the spec.
std::string DefaultPartitionFieldName(const std::string& column, const Transform& transform);

}  // namespace firn::iceberg
