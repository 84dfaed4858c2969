#include "influx_files/shard_reader.h"

#include <algorithm>
#include <queue>
#include <utility>

#include "formats/tsm/key.h"
#include "influx_files/tsm_file.h"
#include "influx_files/wal_cache.h"

namespace firn::influx_files {
namespace {

constexpr size_t kLeastMemory = 16 << 20;
constexpr size_t kFieldMemory = 64 << 10;  // of a field's stream, about: a window or its blocks, and a decoded block
constexpr size_t kProgressEvery = 256;     // series

/// How the memory is dealt out: a quarter to the windows of the files, a quarter to the WAL, an eighth each to
/// overlapping blocks and to the batch in the making, the rest to the streams of the fields of one series.
struct MemoryPlan {
  MemoryPlan(size_t memory_bytes, size_t file_count) {
    const size_t all = std::max(memory_bytes, kLeastMemory);
    window_bytes = std::clamp(all / 4 / (2 * std::max<size_t>(file_count, 1)), size_t{4} << 10, size_t{256} << 10);
    wal_bytes = all / 4;
    tombstone_bytes = all / 4;
    overlap_bytes = all / 8;
    batch_bytes = all / 8;
    fields = std::max<size_t>(all / 4 / kFieldMemory, 16);
    stream_window_bytes = kFieldMemory / 2;
  }
  size_t window_bytes;
  size_t wal_bytes;
  uint64_t tombstone_bytes;
  size_t overlap_bytes;
  size_t batch_bytes;
  size_t fields;
  size_t stream_window_bytes;
};

/// Walks the keys of all sources of a shard side by side.
class ShardWalk {
 public:
  ShardWalk(const ShardSnapshot& shard, const ReadOptions& options, const DamageSink& damage, const BatchSink& sink)
      : shard_(shard),
        options_(options),
        plan_(options.memory_bytes, shard.tsm_files.size()),
        damage_([this, &damage](const Damage& found) {
          ++report_.damages;
          damage(found);
        }),
        assembler_(options.database, LimitsFor(options, plan_), sink) {
    stream_options_ = {options.times, plan_.stream_window_bytes, plan_.overlap_bytes};
  }

  Result<ReadReport> Run() {
    FIRN_TRY(OpenFiles());
    std::string from_key;
    do {
      WalCache::Options options{from_key, plan_.wal_bytes, [this](std::string_view key) { return WantsKey(key); }};
      FIRN_ASSIGN(WalCache wal, WalCache::Load(shard_.wal_segments, std::move(options), damage_));
      report_.overwritten += wal.overwritten_values();
      report_.deleted_in_wal += wal.deleted_values();
      FIRN_TRY(WalkUntil(wal));
      from_key = wal.end_key();
    } while (!from_key.empty());
    FIRN_TRY(assembler_.Finish());
    report_.rows = assembler_.rows();
    report_.values = counts_.values;
    report_.blocks = counts_.blocks;
    report_.overwritten += counts_.overwritten;
    return report_;
  }

 private:
  static RowLimits LimitsFor(const ReadOptions& options, const MemoryPlan& plan) {
    RowLimits limits = options.rows;
    limits.bytes = std::min(limits.bytes, plan.batch_bytes);
    return limits;
  }

  Status OpenFiles() {
    for (const ShardSnapshot::TsmFile& opened : shard_.tsm_files) {
      FIRN_ASSIGN(std::unique_ptr<TsmFile> file,
                  TsmFile::MakeUnlessDamaged(opened, {plan_.window_bytes, plan_.tombstone_bytes}, damage_));
      if (file == nullptr) {
        ++report_.files_left_out;
        continue;
      }
      total_index_bytes_ += file->index_bytes();
      sources_.push_back(std::move(file));
      FIRN_TRY(Advance(sources_.size() - 1));
    }
    return OkStatus();
  }

  /// Moves a file on to its next key that is wanted.
  Status Advance(size_t source) {
    TsmFile& file = *sources_[source];
    while (true) {
      FIRN_ASSIGN(const bool more, file.NextKey());
      if (!more) return OkStatus();
      if (!WantsKey(file.key())) continue;
      waiting_.push({file.key(), source});
      return OkStatus();
    }
  }

  /// Whether the measurement of a key is asked for; keys of one series ask one after another.
  bool WantsKey(std::string_view key) {
    if (!options_.wants_measurement) return true;
    const std::optional<tsm::KeyParts> parts = tsm::SplitKey(key);
    if (!parts) return true;  // looked at, and reported, later
    if (parts->series != last_series_asked_) {
      last_series_asked_ = parts->series;
      last_answer_ = options_.wants_measurement(tsm::MeasurementOf(parts->series));
    }
    return last_answer_;
  }

  /// Reads the series before the first key that the WAL does not hold.
  Status WalkUntil(WalCache& wal) {
    auto logged = wal.values().begin();
    while (true) {
      const bool in_wal = logged != wal.values().end();
      if (!in_wal && waiting_.empty()) return OkStatus();
      const bool wal_first = in_wal && (waiting_.empty() || logged->first < waiting_.top().key);
      const std::string& next = wal_first ? logged->first : waiting_.top().key;
      if (!wal.end_key().empty() && next >= wal.end_key()) return OkStatus();
      FIRN_TRY(ReadSeries(std::string(next), wal, logged));
      if (options_.progress && ++series_walked_ % kProgressEvery == 0) options_.progress(IndexDone());
    }
  }

  double IndexDone() const {
    uint64_t done = 0;
    for (const auto& source : sources_) done += source->index_bytes_read();
    return total_index_bytes_ == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total_index_bytes_);
  }

  /// Takes the series that `first_key` belongs to, with the part of its fields that fits.
  Status ReadSeries(const std::string& first_key, WalCache& wal, WalCache::Values::iterator& logged) {
    const std::optional<tsm::KeyParts> parts = tsm::SplitKey(first_key);
    const Result<tsm::Series> series =
        parts ? tsm::ParseSeriesKey(parts->series) : Result<tsm::Series>(Corrupt("a key without series and field"));
    const std::string start = parts ? std::string(parts->series) + std::string(tsm::kFieldSeparator) : first_key;
    if (!series.ok()) {
      damage_({waiting_.empty() || waiting_.top().key != first_key ? "WAL" : sources_[waiting_.top().source]->path(), 0,
               first_key, series.error().message()});
    }
    std::vector<SeriesField> fields;
    while (fields.size() < plan_.fields) {
      const bool in_wal = logged != wal.values().end();
      const bool wal_first = in_wal && (waiting_.empty() || logged->first < waiting_.top().key);
      if (!in_wal && waiting_.empty()) break;
      const std::string key = wal_first ? logged->first : waiting_.top().key;
      if (!key.starts_with(start)) break;
      FIRN_ASSIGN(std::unique_ptr<FieldStream> stream, OpenStream(key, wal, logged));
      if (series.ok()) fields.push_back({key.substr(start.size()), std::move(stream)});
      if (!parts) break;
    }
    if (!series.ok()) return OkStatus();
    ++report_.series;
    return assembler_.AddSeries(*series, fields);
  }

  /// Collects all that the sources have of a key and moves them on.
  Result<std::unique_ptr<FieldStream>> OpenStream(const std::string& key, WalCache& wal,
                                                  WalCache::Values::iterator& logged) {
    auto stream = std::make_unique<FieldStream>(key, stream_options_, damage_, counts_);
    while (!waiting_.empty() && waiting_.top().key == key) {
      const size_t source = waiting_.top().source;
      waiting_.pop();
      const Status added = stream->AddFile(*sources_[source]);
      if (!added.ok()) {
        if (added.error().kind() != ErrorKind::kCorrupt) return added.WithContext(sources_[source]->path()).error();
        damage_({sources_[source]->path(), 0, key, added.error().message()});
      }
      FIRN_TRY(Advance(source));
    }
    if (logged != wal.values().end() && logged->first == key) {
      for (tsm::BlockValues& values : logged->second) stream->AddValues(std::move(values));
      logged = wal.values().erase(logged);
    }
    return stream;
  }

  /// A file that stands on a key. Files of one key come in their order, so that later ones override earlier ones.
  struct Waiting {
    std::string key;
    size_t source = 0;
    friend bool operator>(const Waiting& a, const Waiting& b) {
      return std::tie(a.key, a.source) > std::tie(b.key, b.source);
    }
  };

  const ShardSnapshot& shard_;
  const ReadOptions& options_;
  MemoryPlan plan_;
  DamageSink damage_;
  ReadReport report_;
  StreamOptions stream_options_;
  StreamCounts counts_;
  RowAssembler assembler_;
  std::vector<std::unique_ptr<TsmFile>> sources_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  uint64_t total_index_bytes_ = 0;
  uint64_t series_walked_ = 0;
  std::string last_series_asked_;
  bool last_answer_ = false;
};

}  // namespace

Result<ReadReport> ReadShard(const ShardSnapshot& shard, const ReadOptions& options, const DamageSink& damage,
                             const BatchSink& sink) {
  return ShardWalk(shard, options, damage, sink).Run();
}

}  // namespace firn::influx_files
