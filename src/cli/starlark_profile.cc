#include "cli/starlark_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "cli/text_table.h"

namespace firn::cli {
namespace {

constexpr size_t kMostLines = 30;

}  // namespace

void StarlarkProfile::Sample(const starlark::Thread& thread, const starlark::CallSite& site) {
  const int64_t now_ns = clock_.MonotonicNs();
  Cost& cost = lines_[{site.file, site.position.line, site.function}];
  cost.steps += thread.steps() - last_steps_;
  cost.nanoseconds += now_ns - last_ns_;
  last_steps_ = thread.steps();
  last_ns_ = now_ns;
}

std::string StarlarkProfile::Table() const {
  std::vector<std::pair<Line, Cost>> sorted(lines_.begin(), lines_.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.nanoseconds > b.second.nanoseconds; });
  int64_t all = 1;
  for (const auto& [line, cost] : sorted) all += cost.nanoseconds;
  std::vector<std::vector<std::string>> rows = {{"seconds", "%", "steps", "line", "function"}};
  for (const auto& [line, cost] : sorted) {
    if (rows.size() > kMostLines) break;
    const auto nanoseconds = static_cast<double>(cost.nanoseconds);
    const auto& [file, number, function] = line;
    rows.push_back({fmt::format("{:.6f}", nanoseconds / 1e9),
                    fmt::format("{:.1f}", 100 * nanoseconds / static_cast<double>(all)), fmt::format("{}", cost.steps),
                    fmt::format("{}:{}", file, number), function});
  }
  return sorted.empty() ? "" : AlignColumns(rows, {true, true, true, false, false});
}

}  // namespace firn::cli
