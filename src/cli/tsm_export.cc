#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/rfc3339.h"
#include "cli/exit_code.h"
#include "cli/file_sink.h"
#include "cli/measurement_file.h"
#include "cli/progress_bar.h"
#include "cli/tsm_command.h"
#include "cli/tsm_shards.h"
#include "formats/glob/glob.h"
#include "formats/line_protocol/writer.h"
#include "influx_files/shard_pool.h"
#include "influx_files/shard_reader.h"

namespace firn::cli {
namespace {

constexpr size_t kRowsOfLines = 4'096;

/// 1.x's database about itself: exported only where the path names it.
constexpr std::string_view kInternalDatabase = "_internal";

/// An output file, closed at the end; the error of closing is not lost.
class OutputFile {
 public:
  static Result<std::unique_ptr<OutputFile>> Create(const std::string& path) {
    std::error_code ignored;  // a pipe or device is written to, a file is never overwritten
    const auto type = std::filesystem::status(path, ignored).type();
    const bool is_stream = type == std::filesystem::file_type::character || type == std::filesystem::file_type::fifo;
    std::FILE* file = std::fopen(path.c_str(), is_stream ? "wb" : "wbx");
    if (file == nullptr && errno == EEXIST) return AlreadyExists("{} is there already: choose another output", path);
    if (file == nullptr) return Unavailable("cannot write {}: {}", path, std::strerror(errno));
    return std::unique_ptr<OutputFile>(new OutputFile(file, path));
  }
  ~OutputFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  ByteSink& sink() { return sink_; }
  Status Close() {
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    return closed ? OkStatus() : Status(Unavailable("cannot write {}: {}", path_, std::strerror(errno)));
  }

 private:
  OutputFile(std::FILE* file, std::string path) : file_(file), path_(std::move(path)), sink_(file) {}

  std::FILE* file_;
  std::string path_;
  FileSink sink_;
};

/// What has been written, over all shards.
struct ExportCounts {
  std::atomic<uint64_t> rows{0};
  std::atomic<uint64_t> values{0};
  std::atomic<uint64_t> series{0};
  std::atomic<uint64_t> files{0};
  std::atomic<uint64_t> overwritten{0};
  std::atomic<uint64_t> deleted_in_wal{0};
  std::atomic<uint64_t> damages{0};
  std::atomic<uint64_t> shards_gone{0};  // that the server removed before they were opened
  std::atomic<uint64_t> losses{0};       // values that line protocol cannot say
};

/// Takes the batches of one shard.
class ShardOutput {
 public:
  virtual ~ShardOutput() = default;
  virtual Status Write(const point::Batch& batch) = 0;
  virtual Status Finish() = 0;
};

/// Line protocol of all shards in one stream, a batch at a time.
class LineOutput final : public ShardOutput {
 public:
  LineOutput(ByteSink& sink, std::mutex& sink_mutex, ExportCounts& counts)
      : sink_(sink), sink_mutex_(sink_mutex), counts_(counts) {
    options_.unsigned_integers = true;
  }

  Status Write(const point::Batch& batch) override {
    text_.clear();
    line_protocol::WriteReport report;
    line_protocol::WriteBatch(batch, options_, text_, report);
    counts_.losses += report.losses();
    const std::lock_guard lock(sink_mutex_);
    return sink_.Append(text_);
  }
  Status Finish() override { return OkStatus(); }

 private:
  ByteSink& sink_;
  std::mutex& sink_mutex_;
  ExportCounts& counts_;
  line_protocol::WriterOptions options_;
  std::string text_;
};

/// A name as a part of a path: what is no letter, digit, `-`, `_` or a dot inside is written %XX.
std::string PathPart(std::string_view name) {
  constexpr size_t kLongest = 150;
  std::string part;
  for (const char c : name.substr(0, kLongest)) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || (c == '.' && !part.empty());
    part += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  if (name.size() > kLongest) part += "%" + fmt::format("{:016x}", std::hash<std::string_view>()(name));
  return part;
}

/// OUT/measurement/database-policy-shard.csv: a file a measurement and shard. A measurement whose series do not stand
/// together in the shard's order of keys has several.
class TableOutput final : public ShardOutput {
 public:
  TableOutput(std::string folder, std::string shard_name, const TsmExportOptions& options,
              influx_files::ShardSchema schema, ExportCounts& counts)
      : folder_(std::move(folder)),
        shard_name_(std::move(shard_name)),
        is_csv_(options.format == "csv"),
        schema_(std::move(schema)),
        counts_(counts) {}

  Status Write(const point::Batch& batch) override {
    if (!table_ || batch.measurement != measurement_) {
      FIRN_TRY(Finish());
      FIRN_TRY(Begin(batch.measurement));
    }
    return table_->Write(batch);
  }

  Status Finish() override {
    if (!table_) return OkStatus();
    FIRN_TRY(table_->Finish());
    table_.reset();
    return file_->Close();
  }

 private:
  Status Begin(const std::string& measurement) {
    measurement_ = measurement;
    const std::string folder = folder_ + "/" + PathPart(measurement);
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) return Unavailable("cannot make {}: {}", folder, failed.message());
    const uint64_t part = ++parts_[measurement];
    const std::string path = fmt::format("{}/{}{}.{}", folder, PathPart(shard_name_),
                                         part == 1 ? "" : fmt::format("-{}", part), is_csv_ ? "csv" : "parquet");
    FIRN_ASSIGN(file_, OutputFile::Create(path));
    ++counts_.files;
    std::vector<ExportColumn> columns = PlanColumns(schema_.measurements[measurement]);
    if (is_csv_) {
      table_ = MakeCsvFile(std::move(columns), &file_->sink());
      return OkStatus();
    }
    FIRN_ASSIGN(table_, MakeParquetFile(std::move(columns), &file_->sink()));
    return OkStatus();
  }

  std::string folder_;
  std::string shard_name_;
  bool is_csv_;
  influx_files::ShardSchema schema_;
  ExportCounts& counts_;
  std::string measurement_;
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<MeasurementFile> table_;
  std::map<std::string, uint64_t> parts_;
};

Result<int64_t> ParseTime(const std::string& text, const char* option) {
  int64_t time_ns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time_ns);
  if (error == std::errc() && end == text.data() + text.size()) return time_ns;
  Result<int64_t> parsed = ParseRfc3339(text);
  if (parsed.ok()) return parsed;
  return InvalidConfig("{} {}: neither RFC 3339, such as 2026-01-31T12:00:00Z, nor ns since 1970", option, text);
}

class Exporter {
 public:
  explicit Exporter(const TsmExportOptions& options)
      : options_(options), files_(storage::MakeLocalFileSystem()), out_(stdout) {}

  Result<int> Run() {
    FIRN_TRY(ReadOptions());
    FIRN_ASSIGN(std::vector<NamedShard> shards, FindNamedShards(*files_, options_.path));
    if (options_.path.find(kInternalDatabase) == std::string::npos)
      std::erase_if(shards, [](const NamedShard& shard) { return shard.database == kInternalDatabase; });
    LeaveOutDeleted(shards);
    FIRN_TRY(OpenOutput());
    const int64_t began_ns = clock_.MonotonicNs();
    uint64_t total_bytes = 0;
    for (const NamedShard& shard : shards) total_bytes += shard.files.size_bytes;
    {
      ProgressBar progress("exporting", total_bytes, clock_, stderr);
      progress_ = &progress;
      FIRN_TRY(influx_files::ForEachShard(shards.size(), threads_, [&](size_t i) { return OpenAndExport(shards[i]); }));
    }
    if (file_) {
      FIRN_TRY(file_->Close());
    } else if (std::fflush(stdout) != 0) {
      return Unavailable("cannot write: {}", std::strerror(errno));
    }
    Tell(shards.size(), total_bytes, static_cast<double>(clock_.MonotonicNs() - began_ns) / 1e9);
    return counts_.damages == 0 && counts_.shards_gone == 0 ? kDone : kSomeRejected;
  }

 private:
  Status ReadOptions() {
    FIRN_ASSIGN(globs_, glob::GlobList::Compile(options_.measurements));
    if (!globs_.empty()) read_.wants_measurement = [this](std::string_view name) { return globs_.Matches(name); };
    if (!options_.from.empty()) {
      FIRN_ASSIGN(read_.times.from, ParseTime(options_.from, "--from"));
    }
    if (!options_.to.empty()) {
      FIRN_ASSIGN(const int64_t to, ParseTime(options_.to, "--to"));
      if (to == INT64_MIN || to <= read_.times.from) return InvalidConfig("--to {} is not after --from", options_.to);
      read_.times.to = to - 1;
    }
    threads_ = options_.threads > 0 ? options_.threads : std::max(1u, std::thread::hardware_concurrency());
    read_.memory_bytes = (options_.memory_mib << 20) / threads_;
    // Lines go out as they come: batches that stay in the processor's cache, and memory that is touched once.
    if (WritesLines()) read_.rows.rows = kRowsOfLines;
    return OkStatus();
  }

  /// The server answers from no shard that it has deleted, though its files are still there: only who names one by
  /// its path gets it.
  static void LeaveOutDeleted(std::vector<NamedShard>& shards) {
    if (shards.size() == 1) return;
    std::erase_if(shards, [](const NamedShard& shard) {
      const bool deleted = shard.group && shard.group->is_deleted;
      if (deleted)
        fmt::print(stderr, "firn: left out: {}: the server has deleted this shard; name {} to have it\n", shard.Name(),
                   shard.files.folder);
      return deleted;
    });
  }

  bool WritesLines() const { return options_.format == "line_protocol"; }

  Status OpenOutput() {
    if (options_.output == "-")
      return WritesLines() ? OkStatus()
                           : Status(InvalidConfig("--format {} needs a folder: -o FOLDER", options_.format));
    if (!WritesLines()) return OkStatus();
    FIRN_ASSIGN(file_, OutputFile::Create(options_.output));
    return OkStatus();
  }

  Result<std::unique_ptr<ShardOutput>> MakeOutput(const NamedShard& shard, const influx_files::ShardSnapshot& opened) {
    if (WritesLines())
      return std::unique_ptr<ShardOutput>(
          std::make_unique<LineOutput>(file_ ? file_->sink() : out_, out_mutex_, counts_));
    // What is damaged is told when the rows are read.
    const influx_files::DamageSink told_later = [](const influx_files::Damage&) {};
    FIRN_ASSIGN(auto schema, influx_files::ReadSchema(opened, read_.wants_measurement, told_later));
    std::string name = shard.database;
    for (const std::string& part : {shard.files.retention_policy, shard.files.shard}) {
      if (!part.empty()) name += (name.empty() ? "" : "-") + part;
    }
    if (name.empty()) name = std::filesystem::path(options_.path).stem().string();
    return std::unique_ptr<ShardOutput>(
        std::make_unique<TableOutput>(options_.output, name, options_, std::move(schema), counts_));
  }

  Status OpenAndExport(const NamedShard& shard) {
    const Result<influx_files::ShardSnapshot> opened = OpenNamedShard(*files_, shard);
    if (opened.ok()) return ExportShard(shard, *opened).WithContext(shard.Name());
    if (opened.error().kind() != ErrorKind::kNotFound) return opened.status();
    ++counts_.shards_gone;
    fmt::print(stderr, "firn: left out: {}\n", opened.error().message());
    return OkStatus();
  }

  Status ExportShard(const NamedShard& shard, const influx_files::ShardSnapshot& opened) {
    FIRN_ASSIGN(const std::unique_ptr<ShardOutput> output, MakeOutput(shard, opened));
    influx_files::ReadOptions read = read_;
    read.database = shard.database;
    uint64_t told_bytes = 0;
    read.progress = [&](double done) {
      const auto bytes = static_cast<uint64_t>(done * static_cast<double>(shard.files.size_bytes));
      progress_->Add(bytes - std::min(bytes, std::exchange(told_bytes, std::max(bytes, told_bytes))));
    };
    const auto report_damage = [&](const influx_files::Damage& damage) {
      ++counts_.damages;
      fmt::print(stderr, "firn: left out: {}: byte {}: {}{}\n", damage.file, damage.offset,
                 damage.key.empty() ? "" : damage.key + ": ", damage.reason);
    };
    FIRN_ASSIGN(const influx_files::ReadReport report,
                influx_files::ReadShard(opened, read, report_damage, [&](point::Batch batch) {
                  for (const point::FieldColumn& field : batch.fields)
                    counts_.values += field.size() - field.null_count();
                  return output->Write(batch);
                }));
    FIRN_TRY(output->Finish());
    counts_.rows += report.rows;
    counts_.series += report.series;
    counts_.overwritten += report.overwritten;
    counts_.deleted_in_wal += report.deleted_in_wal;
    progress_->Add(shard.files.size_bytes - told_bytes);
    return OkStatus();
  }

  void Tell(size_t shards, uint64_t bytes, double seconds) const {
    const uint64_t values = counts_.values;
    fmt::print(stderr, "{}, {} series, {}, {}{} from {} in {:.1f} s ({:.1f} million values/s)\n",
               Counted(shards, "shard"), counts_.series.load(), Counted(counts_.rows, "row"), Counted(values, "value"),
               WritesLines() ? "" : " in " + Counted(counts_.files, "file"), SizeText(bytes), seconds,
               static_cast<double>(values) / 1e6 / std::max(seconds, 1e-9));
    if (values == 0) fmt::print(stderr, "firn: there are no such values\n");
    // The server answers so; its own exports of the files do not.
    if (counts_.overwritten > 0)
      fmt::print(stderr, "{} left out for a later one of the same time, which export-lp writes too\n",
                 Counted(counts_.overwritten, "value"));
    if (counts_.deleted_in_wal > 0)
      fmt::print(stderr, "{} left out that the WAL deletes, which export-lp writes\n",
                 Counted(counts_.deleted_in_wal, "value"));
    if (counts_.losses > 0)
      fmt::print(stderr, "firn: {} names or values that line protocol cannot say were changed or left out\n",
                 counts_.losses.load());
    if (counts_.damages > 0) fmt::print(stderr, "firn: left out: {}\n", Counted(counts_.damages, "damaged place"));
  }

  const TsmExportOptions& options_;
  const std::unique_ptr<storage::FileSystem> files_;
  const SystemClock clock_;
  glob::GlobList globs_;
  influx_files::ReadOptions read_;
  size_t threads_ = 1;
  std::unique_ptr<OutputFile> file_;  // null = standard output, or a folder
  FileSink out_;
  std::mutex out_mutex_;  // guards file_ and out_ while shards are read
  ExportCounts counts_;
  ProgressBar* progress_ = nullptr;
};

}  // namespace

int RunTsmExport(const TsmExportOptions& options) {
  const Result<int> code = Exporter(options).Run();
  return code.ok() ? *code : Report(code.status());
}

}  // namespace firn::cli
