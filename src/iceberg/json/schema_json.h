#pragma once

#include <string>
#include <string_view>

#include "iceberg/spec/partition_spec.h"
#include "iceberg/spec/schema.h"
#include "iceberg/spec/sort_order.h"

/// Schemas, partition specs and sort orders as JSON text, as metadata and manifest headers hold them. Parsers ignore
/// members that they do not know; errors are kCorrupt and name the member.

namespace firn::iceberg {

Result<Schema> ParseSchemaJson(std::string_view json);
std::string SerializeSchema(const Schema& schema);

/// The whole object `{"spec-id":…,"fields":[…]}`.
Result<PartitionSpec> ParsePartitionSpecJson(std::string_view json);
std::string SerializePartitionSpec(const PartitionSpec& spec);
/// The array of fields alone, as manifest headers hold it; the spec's id is given beside it.
Result<PartitionSpec> ParsePartitionFieldsJson(std::string_view json, int32_t spec_id);
std::string SerializePartitionFields(const PartitionSpec& spec);

Result<SortOrder> ParseSortOrderJson(std::string_view json);
std::string SerializeSortOrder(const SortOrder& order);

}  // namespace firn::iceberg
