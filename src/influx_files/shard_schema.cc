#include "influx_files/shard_schema.h"

#include <unordered_set>

#include "base/checksum.h"
#include "formats/tsm/key.h"
#include "influx_files/tsm_file.h"
#include "influx_files/wal_cache.h"

namespace firn::influx_files {
namespace {

class SchemaBuilder {
 public:
  explicit SchemaBuilder(const std::function<bool(std::string_view)>& wants_measurement)
      : wants_measurement_(wants_measurement) {}

  /// Keys of one series come one after another, which makes all but the first of them cheap.
  Status AddKey(std::string_view key, point::FieldType type) {
    const std::optional<tsm::KeyParts> parts = tsm::SplitKey(key);
    if (!parts) return Corrupt("a key without series and field");
    if (parts->series != last_series_) {
      last_series_ = parts->series;
      measurement_ = nullptr;
      FIRN_ASSIGN(const tsm::Series series, tsm::ParseSeriesKey(parts->series));
      AddSeries(series);
    }
    if (measurement_ != nullptr) measurement_->fields[std::string(parts->field)].insert(type);
    return OkStatus();
  }

  ShardSchema Take() { return std::move(schema_); }

 private:
  void AddSeries(const tsm::Series& series) {
    if (wants_measurement_ && !wants_measurement_(series.measurement)) return;
    measurement_ = &schema_.measurements[series.measurement];
    for (const auto& [key, value] : series.tags) measurement_->tags.insert(key);
    // Of a million series, two share 64 bits once in 37 million shards: near enough for a count.
    if (seen_.insert(HashBytes(last_series_)).second) ++measurement_->series;
  }

  const std::function<bool(std::string_view)>& wants_measurement_;
  ShardSchema schema_;
  std::string last_series_;
  MeasurementSchema* measurement_ = nullptr;  // of last_series_; null = not wanted, or damaged
  std::unordered_set<uint64_t> seen_;
};

Status AddFile(const ShardSnapshot::TsmFile& opened, SchemaBuilder& builder, const DamageSink& damage) {
  FIRN_ASSIGN(const std::unique_ptr<TsmFile> file, TsmFile::MakeUnlessDamaged(opened, {}, damage));
  if (file == nullptr) return OkStatus();
  while (true) {
    FIRN_ASSIGN(const bool more, file->NextKey());
    if (!more) return OkStatus();
    const Status added = builder.AddKey(file->key(), file->type());
    if (!added.ok()) damage({file->path(), 0, file->key(), added.error().message()});
  }
}

Status AddWal(const std::vector<OpenedFile>& segments, SchemaBuilder& builder, const DamageSink& damage) {
  std::string from_key;
  do {
    FIRN_ASSIGN(WalCache wal, WalCache::Load(segments, {.from_key = from_key}, damage));
    for (const auto& [key, types] : wal.values()) {
      for (const tsm::BlockValues& values : types) {
        const Status added = builder.AddKey(key, values.type);
        if (!added.ok()) damage({"WAL", 0, key, added.error().message()});
      }
    }
    from_key = wal.end_key();
  } while (!from_key.empty());
  return OkStatus();
}

}  // namespace

uint64_t ShardSchema::series() const {
  uint64_t count = 0;
  for (const auto& [name, measurement] : measurements) count += measurement.series;
  return count;
}

Result<ShardSchema> ReadSchema(const ShardSnapshot& shard,
                               const std::function<bool(std::string_view measurement)>& wants_measurement,
                               const DamageSink& damage) {
  SchemaBuilder builder(wants_measurement);
  for (const ShardSnapshot::TsmFile& file : shard.tsm_files) FIRN_TRY(AddFile(file, builder, damage));
  FIRN_TRY(AddWal(shard.wal_segments, builder, damage));
  return builder.Take();
}

}  // namespace firn::influx_files
