#include "lake/reject_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "formats/line_protocol/writer.h"

namespace firn::lake {
namespace {

using point::Batch;

/// Columns of a batch that are refused for one reason.
struct RefusedColumns {
  std::vector<uint32_t> tags;
  std::vector<uint32_t> fields;
};

std::map<std::string_view, RefusedColumns> FindRefused(const Batch& batch, const SchemaPlan& plan) {
  std::map<std::string_view, RefusedColumns> found;
  for (uint32_t i = 0; i < batch.series_view.tag_column_count(); ++i) {
    const auto refused = plan.refused.find(ColumnKey::Tag(batch.series_view.column(i).name()));
    if (refused != plan.refused.end()) found[refused->second].tags.push_back(i);
  }
  for (uint32_t i = 0; i < batch.fields.size(); ++i) {
    const auto refused = plan.refused.find(ColumnKey::Field(batch.fields[i].name(), batch.fields[i].type()));
    if (refused != plan.refused.end()) found[refused->second].fields.push_back(i);
  }
  return found;
}

/// The points with some of their fields.
Batch WithFields(const Batch& batch, const std::vector<uint32_t>& fields) {
  Batch some;
  some.measurement = batch.measurement;
  some.times = batch.times;
  some.series = batch.series;
  some.series_view = batch.series_view;
  for (const uint32_t field : fields) some.fields.push_back(batch.fields[field]);
  return some;
}

/// A row a reason, however many of its columns are refused: else a line of thousands would be kept thousands of times.
void RejectRows(const Batch& batch, const RefusedColumns& columns, RejectedRow rejected, RejectSink& rejects) {
  const auto reject = [&](const Batch& shown, size_t row) {
    line_protocol::WriteReport report;
    rejected.payload.clear();
    line_protocol::WriteRow(shown, row, {.unsigned_integers = true}, rejected.payload, report);
    rejects.Reject(rejected);
  };
  const Batch refused_fields = WithFields(batch, columns.fields);
  for (size_t row = 0; row < batch.rows(); ++row) {
    const bool has_tag = std::any_of(columns.tags.begin(), columns.tags.end(), [&](uint32_t tag) {
      return batch.series_view.column(tag).CodeOf(batch.series[row]) != 0;
    });
    const bool has_field = std::any_of(columns.fields.begin(), columns.fields.end(),
                                       [&](uint32_t field) { return batch.fields[field].IsSet(row); });
    if (has_tag) {
      reject(batch, row);
    } else if (has_field) {
      reject(refused_fields, row);
    }
  }
}

}  // namespace

void RejectRefused(const SchemaPlan& plan, std::span<const Batch* const> batches, const std::string& table,
                   const ShardNames& names, const Clock& clock, RejectSink& rejects) {
  for (const Batch* batch : batches) {
    RejectedRow rejected;
    rejected.received_at_ns = clock.NowNs();
    if (const auto shard = names.find(batch->origin.shard); shard != names.end()) {
      rejected.source = shard->second.source;
      rejected.shard = shard->second.shard;
    }
    rejected.position = batch->origin.position;
    for (const auto& [reason, columns] : FindRefused(*batch, plan)) {
      rejected.reason = fmt::format("{}: {}", table, reason);
      RejectRows(*batch, columns, rejected, rejects);
    }
  }
}

}  // namespace firn::lake
