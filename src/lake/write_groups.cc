#include "lake/write_groups.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace firn::lake {
namespace {

/// The first of the files whose rows of the shard come later than `position`; files.size() when there is none.
size_t FirstBehind(const std::vector<PendingFile>& files, uint32_t shard, int64_t position) {
  const auto later = std::find_if(files.begin(), files.end(), [&](const PendingFile& file) {
    const auto range = file.positions.find(shard);
    return range != file.positions.end() && range->second.first > position;
  });
  return static_cast<size_t>(later - files.begin());
}

}  // namespace

std::vector<WriteGroup> CutIntoGroups(const std::vector<point::Batch>& batches, const std::vector<PendingFile>& files,
                                      bool apart) {
  using Key = std::tuple<size_t, std::string, std::string, bool>;
  std::map<Key, std::vector<const point::Batch*>> by_key;
  for (const point::Batch& batch : batches) {
    if (batch.empty()) continue;
    Key key(FirstBehind(files, batch.origin.shard, batch.origin.position), {}, {}, false);
    if (apart) key = {std::get<0>(key), batch.database, batch.measurement, batch.series_intact};
    by_key[std::move(key)].push_back(&batch);
  }
  std::vector<WriteGroup> groups;
  for (auto& [key, members] : by_key) groups.push_back({std::move(members), std::get<0>(key)});
  return groups;
}

}  // namespace firn::lake
