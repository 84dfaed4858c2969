#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "iceberg/spec/table_metadata.h"
#include "lake/row_order.h"
#include "lake/schema_plan.h"

namespace firn::lake {

/// Partitions by the table's default spec, where its sources are the time, tags and fields of `plan`. A source that the
/// rows lack is null. kUnsupported for a transform that Firn does not know or a column that it does not write.
/// `batches` and `series` outlive the assigner.
Result<std::unique_ptr<PartitionAssigner>> MakePartitionAssigner(const iceberg::TableMetadata& metadata,
                                                                 const SchemaPlan& plan,
                                                                 std::span<const point::Batch* const> batches,
                                                                 const SeriesIndex& series);

}  // namespace firn::lake
