#include "influx_files/inspect.h"

#include <algorithm>
#include <utility>

#include "formats/tsm/fields_index.h"
#include "formats/tsm/key.h"
#include "influx_files/block_check.h"
#include "influx_files/tsm_file.h"
#include "influx_files/wal_cache.h"

namespace firn::influx_files {
namespace {

class Inspector {
 public:
  Inspector(InspectDepth depth, const std::function<void(uint64_t)>& progress) : depth_(depth), progress_(progress) {}

  Result<ShardReport> Run(const ShardSnapshot& shard) {
    // Keys are walked twice, once for what they say and once for their blocks; damage of theirs is told once.
    FIRN_ASSIGN(report_.schema, ReadSchema(shard, nullptr, [](const Damage&) {}));
    for (const ShardSnapshot::TsmFile& file : shard.tsm_files) FIRN_TRY(InspectFile(file));
    FIRN_TRY(InspectWal(shard.wal_segments));
    FIRN_TRY(FindConflicts(shard));
    return std::move(report_);
  }

 private:
  void Tell(Damage damage) {
    ++report_.damage_count;
    if (report_.damages.size() < ShardReport::kMaxDamages) report_.damages.push_back(std::move(damage));
  }

  Status InspectFile(const ShardSnapshot::TsmFile& file) {
    FIRN_ASSIGN(const std::unique_ptr<TsmFile> opened, TsmFile::MakeUnlessDamaged(file, {}, sink_));
    FileReport report;
    report.path = file.data.path;
    if (opened != nullptr) FIRN_TRY(InspectKeys(*opened, report));
    report_.files.push_back(std::move(report));
    return OkStatus();
  }

  Status InspectKeys(TsmFile& file, FileReport& report) {
    report.size_bytes = file.file_bytes();
    report.index_bytes = file.index_bytes();
    report.deleted_keys = file.deleted_times().key_count();
    while (true) {
      FIRN_ASSIGN(const bool more, file.NextKey());
      if (!more) break;
      ++report.keys;
      if (const Status key = CheckKey(file.key()); !key.ok()) Tell({report.path, 0, file.key(), key.error().message()});
      for (const tsm::IndexEntry& entry : file.entries()) {
        const Status looked = InspectBlock(file, entry, report);
        if (progress_) progress_(entry.size);
        if (looked.ok()) continue;
        if (looked.error().kind() != ErrorKind::kCorrupt) return looked.WithContext(report.path);
        Tell({report.path, entry.offset, file.key(), looked.error().message()});
      }
    }
    if (progress_) progress_(report.index_bytes);
    return OkStatus();
  }

  static Status CheckKey(const std::string& key) {
    const std::optional<tsm::KeyParts> parts = tsm::SplitKey(key);
    if (!parts) return Corrupt("a key without series and field");
    return tsm::ParseSeriesKey(parts->series).status();
  }

  Status InspectBlock(TsmFile& file, const tsm::IndexEntry& entry, FileReport& report) {
    FIRN_ASSIGN(const std::string_view bytes, file.block_window().View(entry.offset, entry.size, file.index_offset()));
    FIRN_ASSIGN(const tsm::Block block, tsm::ParseChecked(bytes));
    FIRN_TRY(CheckBlockType(block, file.type()));
    ++report.blocks;
    report.values += block.count;
    report.times.from = std::min(report.times.from, entry.min_time);
    report.times.to = std::max(report.times.to, entry.max_time);
    ++report.encodings[fmt::format("timestamps {}", tsm::TimestampEncodingName(block))];
    ++report.encodings[fmt::format("{} {}", point::FieldTypeName(block.type), tsm::ValueEncodingName(block))];
    return depth_ == InspectDepth::kValues ? CheckValues(block, entry) : OkStatus();
  }

  Status CheckValues(const tsm::Block& block, const tsm::IndexEntry& entry) {
    FIRN_TRY(decoder_.Decode(block, values_));
    FIRN_TRY(CheckBlockTimes(values_, entry));
    if (MatchesEntry(values_, entry)) return OkStatus();
    return Corrupt("the index has times {} to {}, which are not the block's first and last", entry.min_time,
                   entry.max_time);
  }

  Status InspectWal(const std::vector<OpenedFile>& segments) {
    report_.wal_segments = segments.size();
    for (const OpenedFile& segment : segments) report_.wal_bytes += segment.size_bytes;
    std::string from_key;
    do {
      FIRN_ASSIGN(WalCache wal, WalCache::Load(segments, {.from_key = from_key}, from_key.empty() ? sink_ : quiet_));
      report_.wal_keys += wal.values().size();
      report_.wal_deletes = wal.deletes();
      for (const auto& [key, types] : wal.values()) {
        for (const tsm::BlockValues& values : types) report_.wal_values += values.size();
      }
      from_key = wal.end_key();
    } while (!from_key.empty());
    if (progress_) progress_(report_.wal_bytes);
    return OkStatus();
  }

  Status FindConflicts(const ShardSnapshot& shard) {
    tsm::FieldTypes declared;
    FIRN_TRY(ReadFieldTypes(shard.field_types, [&](std::string_view bytes) { return declared.ApplyIndex(bytes); }));
    FIRN_TRY(
        ReadFieldTypes(shard.field_type_changes, [&](std::string_view bytes) { return declared.ApplyChanges(bytes); }));
    for (const auto& [measurement, schema] : report_.schema.measurements) {
      for (const auto& [field, types] : schema.fields) {
        std::string found;
        for (const point::FieldType type : types)
          found += fmt::format("{}{}", found.empty() ? "" : " and ", point::FieldTypeName(type));
        const std::optional<point::FieldType> said = declared.Find(measurement, field);
        if (types.size() > 1)
          report_.conflicts.push_back(fmt::format("{} {}: blocks of {}", measurement, field, found));
        if (said && !types.contains(*said))
          report_.conflicts.push_back(fmt::format("{} {}: blocks of {}, but fields.idx says {}", measurement, field,
                                                  found, point::FieldTypeName(*said)));
      }
    }
    return OkStatus();
  }

  template <typename Apply>
  Status ReadFieldTypes(const OpenedFile& index, Apply apply) {
    if (index.file == nullptr) return OkStatus();
    FIRN_ASSIGN(const std::string bytes, index.file->ReadAt(0, index.size_bytes));
    const Status applied = apply(bytes);
    if (!applied.ok()) Tell({index.path, 0, "", applied.error().message()});
    return OkStatus();
  }

  InspectDepth depth_;
  const std::function<void(uint64_t)>& progress_;
  ShardReport report_;
  const DamageSink sink_ = [this](const Damage& damage) { Tell(damage); };
  const DamageSink quiet_ = [](const Damage&) {};
  tsm::BlockDecoder decoder_;
  tsm::BlockValues values_;
};

}  // namespace

Result<ShardReport> InspectShard(const ShardSnapshot& shard, InspectDepth depth,
                                 const std::function<void(uint64_t bytes)>& progress) {
  return Inspector(depth, progress).Run(shard);
}

}  // namespace firn::influx_files
