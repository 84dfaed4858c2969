#include "influx_files/field_stream.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "influx_files/block_check.h"
#include "influx_files/value_runs.h"

namespace firn::influx_files {
namespace {

// A run that ends where another block begins is worth giving by itself; shorter ones are merged value by value.
constexpr size_t kWorthGiving = 64;
// Lanes that overlapping blocks of one key and file may make. Servers write none that overlap.
constexpr size_t kMaxLanesOfFile = 256;

}  // namespace

/// Blocks of one file that do not overlap, or the values from the WAL: a sequence in ascending time, of which at most
/// one block is decoded.
class FieldStream::Lane {
 public:
  struct Pending {
    tsm::IndexEntry entry;
    uint64_t priority = 0;
  };

  Lane(TsmFile& file, size_t window_bytes, size_t number_in_file)
      : path(file.path()),
        type(file.type()),
        deleted(file.deleted().begin(), file.deleted().end()),
        window(std::in_place, file.file(), file.index_offset(), window_bytes),
        number(number_in_file) {}
  Lane(tsm::BlockValues in_values, uint64_t in_priority)
      : type(in_values.type), values(std::move(in_values)), priority(in_priority) {}

  bool decoded() const { return at < values.size(); }
  bool done() const { return !decoded() && next == pending.size(); }
  /// No value of the lane is earlier. Requires !done().
  int64_t front() const { return decoded() ? values.times[at] : pending[next].entry.min_time; }
  /// Of the block that is decoded.
  int64_t last() const { return values.times.back(); }
  bool TakesAfter(const tsm::IndexEntry& entry) const {
    return pending.empty() || pending.back().entry.max_time < entry.min_time;
  }

  std::string path;
  point::FieldType type;
  std::vector<TimeSpan> deleted;
  std::optional<FileWindow> window;
  size_t number = 0;
  std::string preloaded;  // all bytes from preloaded_offset on, where they are few
  uint64_t preloaded_offset = 0;
  std::vector<Pending> pending;
  size_t next = 0;

  tsm::BlockValues values;
  size_t at = 0;
  uint64_t priority = 0;
};

FieldStream::FieldStream(std::string key, const StreamOptions& options, const DamageSink& damage, StreamCounts& counts)
    : key_(std::move(key)), options_(options), damage_(damage), counts_(counts) {}
FieldStream::FieldStream(FieldStream&&) noexcept = default;
FieldStream::~FieldStream() = default;

Status FieldStream::AddFile(TsmFile& file) {
  const size_t first_lane = lanes_.size();
  for (const tsm::IndexEntry& entry : file.entries()) {
    const uint64_t priority = next_priority_++;
    const TimeSpan span{entry.min_time, entry.max_time};
    const std::span<const TimeSpan> deleted = file.deleted();
    const bool gone = std::any_of(deleted.begin(), deleted.end(), [&](const TimeSpan& d) { return d.Covers(span); });
    if (gone || !span.Overlaps(options_.times)) continue;
    auto lane = std::find_if(lanes_.begin() + static_cast<std::ptrdiff_t>(first_lane), lanes_.end(),
                             [&](const auto& candidate) { return candidate->TakesAfter(entry); });
    if (lane == lanes_.end()) {
      if (lanes_.size() - first_lane == kMaxLanesOfFile) {
        damage_({file.path(), entry.offset, key_, fmt::format("more than {} blocks overlap", kMaxLanesOfFile)});
        continue;
      }
      lanes_.push_back(std::make_unique<Lane>(file, options_.window_bytes, lanes_.size() - first_lane));
      lane = lanes_.end() - 1;
    }
    (*lane)->pending.push_back({entry, priority});
  }
  // Small keys are read now, while the file's shared window passes over them: many of them come with one read.
  for (size_t i = first_lane; i < lanes_.size(); ++i) {
    Lane& lane = *lanes_[i];
    const tsm::IndexEntry& last = lane.pending.back().entry;
    const uint64_t begin = lane.pending.front().entry.offset;
    if (last.offset < begin || last.offset + last.size - begin > options_.window_bytes) continue;
    const size_t size = last.offset + last.size - begin;
    FIRN_ASSIGN(const std::string_view bytes, file.block_window().View(begin, size, file.index_offset()));
    lane.preloaded = bytes;
    lane.preloaded_offset = begin;
  }
  return OkStatus();
}

void FieldStream::AddValues(tsm::BlockValues values) {
  KeepTimes(options_.times, {}, values);
  counts_.values += values.size();
  if (values.size() > 0) lanes_.push_back(std::make_unique<Lane>(std::move(values), next_priority_++));
}

bool FieldStream::HasMore() const {
  return merged_at_ < merged_.size() ||
         std::any_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return !lane->done(); });
}

Result<FieldStream::Run> FieldStream::Next() {
  if (merged_at_ < merged_.size()) return NextMerged();
  std::erase_if(lanes_, [](const auto& lane) { return lane->done(); });
  while (true) {
    Lane* first = nullptr;
    int64_t others_from = std::numeric_limits<int64_t>::max();
    size_t open = 0;
    for (const auto& lane : lanes_) {
      if (lane->done()) continue;
      ++open;
      if (first == nullptr || lane->front() < first->front()) {
        if (first != nullptr) others_from = std::min(others_from, first->front());
        first = lane.get();
      } else {
        others_from = std::min(others_from, lane->front());
      }
    }
    if (first == nullptr) return Run{};
    if (!first->decoded()) {
      FIRN_TRY(DecodeNext(*first));
      continue;  // its values may begin later than its index entry said
    }
    const std::vector<int64_t>& times = first->values.times;
    const auto from = times.begin() + static_cast<std::ptrdiff_t>(first->at);
    const auto to =
        open == 1 || first->last() < others_from ? times.end() : std::lower_bound(from, times.end(), others_from);
    if (to == times.end() || static_cast<size_t>(to - from) >= kWorthGiving) {
      const Run run{&first->values, first->at, static_cast<size_t>(to - times.begin())};
      first->at = run.end;
      return run;
    }
    FIRN_ASSIGN(const int64_t until, FindOverlap(first->last()));
    ChooseLast(until);
    return NextMerged();
  }
}

/// Decodes every lane that has values up to `until`; gives the time up to which all of them are known.
Result<int64_t> FieldStream::FindOverlap(int64_t until) {
  bool changed = true;
  while (changed) {
    changed = false;
    for (const auto& lane : lanes_) {
      if (lane->done() || lane->front() > until) continue;
      if (!lane->decoded()) {
        FIRN_TRY(DecodeNext(*lane));
        changed = true;
      } else if (lane->last() < until) {
        until = lane->last();
        changed = true;
      }
    }
  }
  return until;
}

/// Of the decoded values up to `until`, chooses the last written one for each time.
void FieldStream::ChooseLast(int64_t until) {
  merged_.clear();
  merged_at_ = 0;
  for (size_t i = 0; i < lanes_.size(); ++i) {
    Lane& lane = *lanes_[i];
    for (; lane.decoded() && lane.values.times[lane.at] <= until; ++lane.at) {
      merged_.push_back(
          {lane.values.times[lane.at], lane.priority, static_cast<uint32_t>(i), static_cast<uint32_t>(lane.at)});
    }
  }
  std::sort(merged_.begin(), merged_.end(), [](const Candidate& a, const Candidate& b) {
    return std::pair(a.time, a.priority) < std::pair(b.time, b.priority);
  });
  size_t kept = 0;
  for (size_t i = 0; i < merged_.size(); ++i) {
    if (i + 1 == merged_.size() || merged_[i + 1].time != merged_[i].time) merged_[kept++] = merged_[i];
  }
  counts_.overwritten += merged_.size() - kept;
  merged_.resize(kept);
}

FieldStream::Run FieldStream::NextMerged() {
  merged_run_.Clear();
  merged_run_.type = lanes_[merged_[merged_at_].lane]->type;
  while (merged_at_ < merged_.size()) {
    const Candidate& first = merged_[merged_at_];
    const Lane& lane = *lanes_[first.lane];
    if (lane.type != merged_run_.type) break;
    size_t count = 1;
    while (merged_at_ + count < merged_.size() && merged_[merged_at_ + count].lane == first.lane &&
           merged_[merged_at_ + count].index == first.index + count)
      ++count;
    AppendRange(lane.values, first.index, first.index + count, merged_run_);
    merged_at_ += count;
  }
  return {&merged_run_, 0, merged_run_.size()};
}

bool FieldStream::HasRoomFor(const Lane& lane) const {
  size_t used = 0;
  for (const auto& other : lanes_) {
    if (other.get() != &lane && other->decoded()) used += ByteSize(other->values);
  }
  return used <= options_.overlap_bytes;
}

/// Decodes the lane's next block that has a value left after all filters, if there is one.
Status FieldStream::DecodeNext(Lane& lane) {
  lane.values.Clear();
  lane.at = 0;
  while (lane.values.size() == 0 && lane.next < lane.pending.size()) {
    const Status read = ReadInto(lane);
    const tsm::IndexEntry& entry = lane.pending[lane.next].entry;
    ++lane.next;
    if (read.ok()) continue;
    if (read.error().kind() != ErrorKind::kCorrupt) return read.WithContext(lane.path);
    damage_({lane.path, entry.offset, key_, read.error().message()});
    lane.values.Clear();
  }
  return OkStatus();
}

Status FieldStream::ReadInto(Lane& lane) {
  const auto& [entry, priority] = lane.pending[lane.next];
  if (lanes_.size() > 1 && !HasRoomFor(lane))
    return Corrupt("more than {} bytes of blocks of this key overlap", options_.overlap_bytes);
  std::string_view bytes;
  if (!lane.preloaded.empty()) {
    if (entry.offset < lane.preloaded_offset ||
        entry.offset + entry.size > lane.preloaded_offset + lane.preloaded.size())
      return Corrupt("blocks of one key are not in order");
    bytes = std::string_view(lane.preloaded).substr(entry.offset - lane.preloaded_offset, entry.size);
  } else {
    const tsm::IndexEntry& last = lane.pending.back().entry;
    FIRN_ASSIGN(bytes, lane.window->View(entry.offset, entry.size, last.offset + last.size));
  }
  FIRN_ASSIGN(const tsm::Block block, tsm::ParseChecked(bytes));
  FIRN_TRY(CheckBlockType(block, lane.type));
  FIRN_TRY(decoder_.Decode(block, lane.values));
  ++counts_.blocks;
  counts_.values += lane.values.size();
  const std::vector<int64_t>& times = lane.values.times;
  if (times.empty()) return OkStatus();
  FIRN_TRY(CheckBlockTimes(lane.values, entry));
  lane.priority = priority;
  const TimeSpan span{times.front(), times.back()};
  const bool touched = std::any_of(lane.deleted.begin(), lane.deleted.end(),
                                   [&](const TimeSpan& deleted) { return deleted.Overlaps(span); });
  if (touched || !options_.times.Covers(span)) KeepTimes(options_.times, lane.deleted, lane.values);
  return OkStatus();
}

}  // namespace firn::influx_files
