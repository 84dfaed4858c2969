#include "lake/row_router.h"

#include <limits>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "formats/line_protocol/writer.h"

namespace firn::lake {
namespace {

using point::Batch;

constexpr int64_t kDayNs = 86'400'000'000'000;

}  // namespace

RowRouter::RowRouter(const LakeOptions& options, TableTemplate table_name, const Clock& clock, RejectSink& rejects)
    : options_(options), table_name_(std::move(table_name)), clock_(clock), rejects_(rejects) {}

void RowRouter::Route(Batch batch, const std::optional<ShardName>& shard, const Take& take) {
  if (batch.empty()) return;
  if (!TimesAllowed(batch)) batch = RejectTimes(batch, shard);
  if (batch.empty()) return;
  if (table_name_.depends_on_tags()) return RouteBySeries(std::move(batch), take);
  const std::string table = table_name_.Render(batch, 0);
  take(table, std::move(batch));
}

void RowRouter::Reject(const Batch& batch, const std::optional<ShardName>& shard, const std::string& reason) {
  std::vector<uint32_t> all(batch.rows());
  std::iota(all.begin(), all.end(), 0U);
  RejectRows(batch, all, shard, reason);
}

bool RowRouter::TimesAllowed(const Batch& batch) {
  int64_t first = std::numeric_limits<int64_t>::max();
  int64_t last = std::numeric_limits<int64_t>::min();
  for (const int64_t time : batch.times) {
    first = std::min(first, time);
    last = std::max(last, time);
  }
  if (last >= 0 && first < 2 * kDayNs && !warned_of_1970_.exchange(true)) {
    log::Warn("{}: rows fall on 1970-01-01 or -02, the sign of a wrong precision", batch.measurement);
  }
  return first >= options_.first_time_ns && last <= options_.last_time_ns;
}

Batch RowRouter::RejectTimes(const Batch& batch, const std::optional<ShardName>& shard) {
  std::vector<uint32_t> good;
  std::vector<uint32_t> bad;
  for (uint32_t row = 0; row < batch.rows(); ++row) {
    const bool fits = batch.times[row] >= options_.first_time_ns && batch.times[row] <= options_.last_time_ns;
    (fits ? good : bad).push_back(row);
  }
  RejectRows(batch, bad, shard, "the time is outside time_range");
  return batch.Select(good);
}

void RowRouter::RouteBySeries(Batch batch, const Take& take) const {
  std::map<std::string, uint32_t> part_by_table;
  std::unordered_map<uint32_t, uint32_t> part_of_series;
  std::vector<uint32_t> part_of_row;
  for (const uint32_t series : batch.series) {
    auto known = part_of_series.find(series);
    if (known == part_of_series.end()) {
      const auto next = static_cast<uint32_t>(part_by_table.size());
      const uint32_t part = part_by_table.emplace(table_name_.Render(batch, series), next).first->second;
      known = part_of_series.emplace(series, part).first;
    }
    part_of_row.push_back(known->second);
  }
  if (part_by_table.size() == 1) return take(part_by_table.begin()->first, std::move(batch));
  std::vector<Batch> parts = batch.Split(part_of_row, part_by_table.size());
  for (const auto& [table, part] : part_by_table) take(table, std::move(parts[part]));
}

void RowRouter::RejectRows(const Batch& batch, const std::vector<uint32_t>& rows, const std::optional<ShardName>& shard,
                           const std::string& reason) {
  RejectedRow rejected;
  rejected.received_at_ns = clock_.NowNs();
  if (shard) {
    rejected.source = shard->source;
    rejected.shard = shard->shard;
  }
  rejected.position = batch.origin.position;
  rejected.reason = reason;
  for (const uint32_t row : rows) {
    line_protocol::WriteReport report;
    rejected.payload.clear();
    line_protocol::WriteRow(batch, row, {.unsigned_integers = true}, rejected.payload, report);
    rejects_.Reject(rejected);
  }
}

}  // namespace firn::lake
