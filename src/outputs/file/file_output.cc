#include "outputs/file/file_output.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "formats/line_protocol/writer.h"
#include "outputs/file/append_target.h"

namespace firn::outputs {
namespace {

constexpr size_t kAppendBytes = 1 << 20;

line_protocol::WriterOptions WriterOptionsOf(const FileOutputOptions& options) {
  line_protocol::WriterOptions writer;
  if (options.influx_sort_fields) writer.field_order = line_protocol::FieldOrder::kSorted;
  writer.unsigned_integers = options.influx_uint_support;
  writer.omit_timestamp = options.influx_omit_timestamp;
  writer.max_line_bytes = static_cast<size_t>(options.influx_max_line_bytes);
  return writer;
}

using Targets = std::vector<std::unique_ptr<AppendTarget>>;

class FileOutput final : public Output {
 public:
  FileOutput(const FileOutputOptions& options, Targets targets)
      : writer_options_(WriterOptionsOf(options)), targets_(std::move(targets)) {}

  Status Write(std::vector<point::Batch> batches) override {
    const std::lock_guard lock(mutex_);
    for (point::Batch& batch : batches) {
      buffered_bytes_ += batch.byte_size();
      waiting_[{batch.origin.shard, batch.origin.position}].push_back(std::move(batch));
    }
    return OkStatus();
  }

  void Discard(uint32_t shard, int64_t position) override {
    const std::lock_guard lock(mutex_);
    const auto found = waiting_.find({shard, position});
    if (found == waiting_.end()) return;
    buffered_bytes_ -= BytesOf(found->second);
    waiting_.erase(found);
  }

  Result<FlushReport> Flush(std::span<const ShardProgress> progress) override {
    FlushReport report;
    Waiting complete = TakeComplete(progress);
    const Status written = WriteOut(complete, report);
    if (!written.ok()) {
      PutBack(std::move(complete));
      report = {};
      report.failures.push_back(written.error().message());
      return report;
    }
    report.durable.assign(progress.begin(), progress.end());
    return report;
  }

  Status Relieve(std::span<const ShardProgress> progress, size_t bytes) override {
    FlushReport unused;
    Waiting taken = TakeComplete(progress);
    if (taken.empty()) taken = TakeLargest(bytes);
    const Status written = WriteOut(taken, unused);
    if (!written.ok()) PutBack(std::move(taken));
    return written;
  }

  size_t buffered_bytes() const override {
    const std::lock_guard lock(mutex_);
    return buffered_bytes_;
  }

 private:
  using Position = std::pair<uint32_t, int64_t>;  // shard, position
  using Waiting = std::map<Position, std::vector<point::Batch>>;

  static size_t BytesOf(const std::vector<point::Batch>& batches) {
    size_t bytes = 0;
    for (const point::Batch& batch : batches) bytes += batch.byte_size();
    return bytes;
  }

  void Take(Waiting::iterator entry, Waiting& into) {
    buffered_bytes_ -= BytesOf(entry->second);
    into.insert(waiting_.extract(entry));
  }

  Waiting TakeComplete(std::span<const ShardProgress> progress) {
    const std::lock_guard lock(mutex_);
    Waiting complete;
    for (const ShardProgress& shard : progress) {
      auto entry = waiting_.lower_bound({shard.shard, INT64_MIN});
      while (entry != waiting_.end() && entry->first.first == shard.shard &&
             entry->first.second <= shard.complete_up_to) {
        Take(entry++, complete);
      }
    }
    return complete;
  }

  /// Whole positions, largest first, until `bytes` are together.
  Waiting TakeLargest(size_t bytes) {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<size_t, Position>> by_size;
    for (const auto& [position, batches] : waiting_) by_size.emplace_back(BytesOf(batches), position);
    std::sort(by_size.rbegin(), by_size.rend());
    Waiting taken;
    size_t together = 0;
    for (const auto& [size, position] : by_size) {
      if (together >= bytes) break;
      together += size;
      Take(waiting_.find(position), taken);
    }
    return taken;
  }

  void PutBack(Waiting taken) {
    const std::lock_guard lock(mutex_);
    for (auto& [position, batches] : taken) {
      buffered_bytes_ += BytesOf(batches);
      std::vector<point::Batch>& waiting = waiting_[position];
      for (point::Batch& batch : batches) waiting.push_back(std::move(batch));
    }
  }

  /// Appends to all targets and syncs them. Serialises in pieces, so that the text of a flush is never in memory at
  /// once.
  Status WriteOut(Waiting& taken, FlushReport& report) {
    if (taken.empty()) return OkStatus();
    std::string text;
    line_protocol::WriteReport losses;
    for (auto& [position, batches] : taken) {
      std::stable_sort(batches.begin(), batches.end(), [](const point::Batch& a, const point::Batch& b) {
        return a.origin.sequence < b.origin.sequence;
      });
      for (const point::Batch& batch : batches) {
        line_protocol::WriteBatch(batch, writer_options_, text, losses);
        report.rows += batch.rows();
        if (text.size() >= kAppendBytes) FIRN_TRY(AppendToAll(text, report));
      }
    }
    FIRN_TRY(AppendToAll(text, report));
    for (const auto& target : targets_) FIRN_TRY(target->Sync().WithContext("cannot sync " + target->name()));
    report.files = targets_.size();
    ReportLosses(losses);
    return OkStatus();
  }

  Status AppendToAll(std::string& text, FlushReport& report) {
    if (text.empty()) return OkStatus();
    for (const auto& target : targets_)
      FIRN_TRY(target->Append(text).WithContext("cannot append to " + target->name()));
    report.bytes += text.size() * targets_.size();
    text.clear();
    return OkStatus();
  }

  static void ReportLosses(const line_protocol::WriteReport& losses) {
    if (losses.losses() == 0) return;
    log::Warn(
        "outputs.file: line protocol has no text for {} values, {} points and {} tags, which were left out; {} names "
        "were "
        "changed",
        losses.values_left_out, losses.points_left_out, losses.tags_left_out, losses.names_changed);
  }

  const line_protocol::WriterOptions writer_options_;
  const Targets targets_;  // used by Flush and Relieve, which exclude each other
  mutable std::mutex mutex_;
  Waiting waiting_;
  size_t buffered_bytes_ = 0;
};

Status CheckOptions(const FileOutputOptions& options) {
  static constexpr std::string_view kOthers[] = {
      "binary",    "carbon2",    "cloudevents",           "csv",          "graphite", "json",     "msgpack",
      "nowmetric", "prometheus", "prometheusremotewrite", "splunkmetric", "template", "wavefront"};
  if (options.data_format != "influx" && !options.data_format.empty()) {
    for (const std::string_view known : kOthers) {
      if (options.data_format == known) {
        return Unsupported("data_format \"{}\" is not supported, only \"influx\"", known);
      }
    }
    return InvalidConfig("data_format \"{}\": there is no such serializer", options.data_format);
  }
  if (options.rotation_interval.count() != 0 || options.rotation_max_size != 0) {
    return Unsupported("rotation_interval and rotation_max_size are not supported");
  }
  if (!options.compression_algorithm.empty()) {
    return Unsupported("compression_algorithm \"{}\" is not supported", options.compression_algorithm);
  }
  return OkStatus();
}

}  // namespace

config::Schema<FileOutputOptions> FileOutputSchema() {
  using T = FileOutputOptions;
  config::Schema<T> schema("outputs.file", "Appends line protocol to files or standard output.");
  schema.StringList("files", &T::files, "Files to append to; stdout is standard output.")
      .Bool("use_batch_format", &T::use_batch_format, "Read, not used: line protocol is the same either way.")
      .Duration("rotation_interval", &T::rotation_interval, "Not supported.")
      .Size("rotation_max_size", &T::rotation_max_size, "Not supported.")
      .Integer("rotation_max_archives", &T::rotation_max_archives, "Not used without rotation.")
      .String("compression_algorithm", &T::compression_algorithm, "Not supported.")
      .String("data_format", &T::data_format, "Format of the files; only influx.")
      .Integer("influx_max_line_bytes", &T::influx_max_line_bytes,
               "Longer points are split over several lines; a field that is longer alone is left out. 0 = no bound.")
      .Range(0)
      .Bool("influx_sort_fields", &T::influx_sort_fields, "Fields in order of their names, not as they came.")
      .Bool("influx_uint_support", &T::influx_uint_support,
            "Writes unsigned values as such (`5u`); else as integers, at most 9223372036854775807.")
      .Bool("influx_omit_timestamp", &T::influx_omit_timestamp, "Leaves times out.")
      .Check(&CheckOptions);
  return schema;
}

Result<std::unique_ptr<Output>> MakeFileOutput(const FileOutputOptions& options, storage::FileSystem& file_system,
                                               ByteSink& standard_output) {
  Targets targets;
  for (const std::string& path : options.files) {
    if (path == "stdout") {
      targets.push_back(MakeStreamTarget(path, standard_output));
      continue;
    }
    FIRN_ASSIGN(std::unique_ptr<AppendTarget> target, OpenFileTarget(path, file_system));
    targets.push_back(std::move(target));
  }
  return std::unique_ptr<Output>(std::make_unique<FileOutput>(options, std::move(targets)));
}

}  // namespace firn::outputs
