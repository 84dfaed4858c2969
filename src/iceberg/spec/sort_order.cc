#include "iceberg/spec/sort_order.h"

namespace firn::iceberg {

Status ValidateForWriting(const SortOrder& order, const Schema& schema) {
  if (order.order_id == 0 && !order.fields.empty()) return InvalidInput("sort order 0 is reserved for unsorted");
  for (const SortField& field : order.fields) {
    const NestedField* source = schema.FindField(field.source_id);
    if (source == nullptr) return InvalidInput("sort field has no source column: field id {}", field.source_id);
    if (schema.IsInsideListOrMap(field.source_id))
      return InvalidInput("column cannot be sorted by: {}", schema.FullName(field.source_id));
    FIRN_TRY(TransformResultType(field.transform, source->type));
  }
  return OkStatus();
}

}  // namespace firn::iceberg
