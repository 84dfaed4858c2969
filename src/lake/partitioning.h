#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/transform.h"

namespace firn::lake {

/// One entry of `partition_by`.
struct PartitionBy {
  std::string column;  ///< name of the column, as the table has it
  iceberg::Transform transform;
};

/// `host`, `identity(host)`, `day(time)` (also days, hour(s), month(s), year(s)), `bucket(16, host)` or `bucket(host,
/// 16)`, `truncate(4, host)` or `truncate(host, 4)`. kInvalidConfig otherwise.
Result<PartitionBy> ParsePartitionField(std::string_view text);

}  // namespace firn::lake
