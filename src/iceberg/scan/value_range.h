#pragma once

#include <optional>

#include "iceberg/scan/expression.h"
#include "iceberg/spec/partition_spec.h"

/// May a predicate be true for some value of a set of which only bounds are known? The one question behind all pruning.

namespace firn::iceberg {

/// What is known about a set of values. Bounds need not be values of the set; absent = not known.
struct ValueRange {
  bool may_be_null = true;
  bool may_be_nan = true;
  bool has_values = true;  ///< false: all are null (or NaN, where may_be_nan)
  std::optional<Literal> lower;
  std::optional<Literal> upper;
};

/// False only when no value of the range can make the predicate true.
bool MayMatch(const Expression& predicate, const ValueRange& range);

/// A predicate on a partition value that holds wherever `predicate` holds on the column (Iceberg spec, "Scan Planning",
/// inclusive projection); `field_id` in it is meaningless. Nothing where the transform says nothing.
std::optional<Expression> ProjectInclusive(const Expression& predicate, const Transform& transform, const Type& source);

}  // namespace firn::iceberg
