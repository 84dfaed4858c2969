#pragma once

#include <cstdint>
#include <vector>

#include "iceberg/spec/schema.h"
#include "iceberg/spec/transform.h"

namespace firn::iceberg {

struct SortField {
  enum class Direction : uint8_t { kAscending, kDescending };
  enum class NullOrder : uint8_t { kNullsFirst, kNullsLast };

  int32_t source_id = 0;
  Transform transform;
  Direction direction = Direction::kAscending;
  NullOrder null_order = NullOrder::kNullsFirst;

  bool operator==(const SortField&) const = default;
};

/// The order of rows inside a data file. Order 0 is always "unsorted".
struct SortOrder {
  int32_t order_id = 0;
  std::vector<SortField> fields;

  bool operator==(const SortOrder&) const = default;
};

Status ValidateForWriting(const SortOrder& order, const Schema& schema);

}  // namespace firn::iceberg
