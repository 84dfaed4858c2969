#include "lake/pending_file.h"

#include <algorithm>

namespace firn::lake {
namespace {

bool IsAmong(const iceberg::Schema& schema, const iceberg::NestedField& written) {
  const iceberg::NestedField* field = schema.FindField(written.id);
  // A column that was dropped meanwhile is no harm: readers pass over it. One of another type is.
  return field == nullptr || field->type == written.type ||
         iceberg::CanPromote(written.type, field->type, iceberg::MinimumFormatVersion(field->type));
}

}  // namespace

bool Progress::IsComplete(uint32_t shard, int64_t position) const {
  const auto complete = complete_up_to.find(shard);
  return complete != complete_up_to.end() && position <= complete->second;
}

bool Progress::IsComplete(const PositionRanges& ranges) const {
  return std::all_of(ranges.begin(), ranges.end(),
                     [this](const auto& range) { return IsComplete(range.first, range.second.last); });
}

bool Fits(const PendingFile& file, const iceberg::TableMetadata& metadata) {
  if (metadata.table_uuid != file.table_uuid || metadata.FindSpec(file.file.spec_id) == nullptr) return false;
  const auto& fields = file.schema->fields();
  return std::all_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return IsAmong(metadata.schema(), field); });
}

std::vector<const point::Batch*> Pointers(const std::vector<point::Batch>& batches) {
  std::vector<const point::Batch*> pointers;
  for (const point::Batch& batch : batches) {
    if (!batch.empty()) pointers.push_back(&batch);
  }
  return pointers;
}

size_t BytesOf(const std::vector<point::Batch>& batches) {
  size_t bytes = 0;
  for (const point::Batch& batch : batches) bytes += batch.byte_size();
  return bytes;
}

PositionRanges RangesOf(std::span<const point::Batch* const> batches) {
  PositionRanges ranges;
  for (const point::Batch* batch : batches) {
    const point::Origin& origin = batch->origin;
    ranges.emplace(origin.shard, PositionRange{origin.position, origin.position})
        .first->second.Include(origin.position);
  }
  return ranges;
}

}  // namespace firn::lake
