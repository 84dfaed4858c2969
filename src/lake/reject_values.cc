#include "lake/reject_values.h"

#include <fmt/format.h>

#include "formats/line_protocol/writer.h"

namespace firn::lake {
namespace {

using point::Batch;

/// The points with one field only.
Batch Alone(const Batch& batch, uint32_t field) {
  Batch alone;
  alone.measurement = batch.measurement;
  alone.times = batch.times;
  alone.series = batch.series;
  alone.series_view = batch.series_view;
  alone.fields = {batch.fields[field]};
  return alone;
}

void RejectValues(const Batch& batch, const ColumnKey& key, RejectedRow rejected, RejectSink& rejects) {
  const bool is_tag = key.kind == ColumnKey::Kind::kTag;
  const int column = is_tag ? batch.series_view.FindColumn(key.name) : batch.FindField(key.name, key.type);
  if (column < 0) return;
  const auto index = static_cast<uint32_t>(column);
  const auto has_value = [&](size_t row) {
    return is_tag ? batch.series_view.column(index).CodeOf(batch.series[row]) != 0 : batch.fields[index].IsSet(row);
  };
  const Batch alone = is_tag ? Batch() : Alone(batch, index);
  for (size_t row = 0; row < batch.rows(); ++row) {
    if (!has_value(row)) continue;
    line_protocol::WriteReport report;
    rejected.payload.clear();
    line_protocol::WriteRow(is_tag ? batch : alone, row, {.unsigned_integers = true}, rejected.payload, report);
    rejects.Reject(rejected);
  }
}

}  // namespace

void RejectRefused(const SchemaPlan& plan, std::span<const Batch* const> batches, const std::string& table,
                   const ShardNames& names, const Clock& clock, RejectSink& rejects) {
  for (const auto& [key, reason] : plan.refused) {
    for (const Batch* batch : batches) {
      RejectedRow rejected;
      rejected.received_at_ns = clock.NowNs();
      if (const auto shard = names.find(batch->origin.shard); shard != names.end()) {
        rejected.source = shard->second.source;
        rejected.shard = shard->second.shard;
      }
      rejected.position = batch->origin.position;
      rejected.reason = fmt::format("{}: {}", table, reason);
      RejectValues(*batch, key, std::move(rejected), rejects);
    }
  }
}

}  // namespace firn::lake
