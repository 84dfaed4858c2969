#include "ledger.h"

#include <fmt/format.h>

#include <algorithm>

namespace firn::faults {
namespace {

constexpr int64_t kFirstTimeNs = 1'700'000'000'000'000'000;
constexpr int64_t kDayNs = 86'400'000'000'000;
constexpr int64_t kMilliNs = 1'000'000;
constexpr int kTables = 2;
constexpr int kHosts = 5;
constexpr int kDays = 3;

}  // namespace

std::string TableOf(int64_t id) {
  return fmt::format("m{}", id % kTables);
}
std::string HostOf(int64_t id) {
  return fmt::format("h{}", id % kHosts);
}
std::string CheckOf(int64_t id) {
  return fmt::format("{:016x}", static_cast<uint64_t>(id + 1) * 0x9E3779B97F4A7C15ULL);
}
int64_t TimeNsOf(int64_t id) {
  return kFirstTimeNs + id % kDays * kDayNs + id * kMilliNs;
}
std::string LineOf(int64_t id, const std::string& extra) {
  return fmt::format("{},host={} id={}i,check=\"{}\"{}{} {}\n", TableOf(id), HostOf(id), id, CheckOf(id),
                     extra.empty() ? "" : ",", extra, TimeNsOf(id));
}

void Ledger::Sent(int64_t id) {
  rows_.emplace(id, State::kSent);
}
void Ledger::Acknowledged(int64_t id) {
  rows_[id] = State::kAcknowledged;
}
void Ledger::MayRepeat(int64_t id) {
  repeated_.insert(id);
}
void Ledger::Gone(int64_t id) {
  gone_.insert(id);
}

Ledger Ledger::ForOthers(int64_t first, int64_t end) const {
  Ledger others = *this;
  others.gone_.clear();
  others.rows_.erase(others.rows_.lower_bound(first), others.rows_.lower_bound(end));
  return others;
}

std::vector<std::string> Ledger::Compare(const std::vector<StoredRow>& stored) const {
  std::vector<std::string> problems;
  std::map<int64_t, int> times;
  for (const StoredRow& row : stored) {
    const StoredRow expected{TableOf(row.id), row.id, TimeNsOf(row.id) / 1'000, HostOf(row.id), CheckOf(row.id)};
    if (!rows_.contains(row.id)) problems.push_back(fmt::format("row {} was never sent", row.id));
    if (!(row == expected)) {
      problems.push_back(fmt::format("row {} has cells of another one: {} {} {} {}", row.id, row.table, row.time_us,
                                     row.host, row.check));
    }
    if (++times[row.id] == 2 && !repeated_.contains(row.id))
      problems.push_back(fmt::format("row {} is there twice", row.id));
  }
  for (const auto& [id, state] : rows_) {
    if (state == State::kAcknowledged && !gone_.contains(id) && !times.contains(id))
      problems.push_back(fmt::format("row {} was acknowledged and is missing", id));
  }
  return problems;
}

}  // namespace firn::faults
