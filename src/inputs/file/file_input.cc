#include "inputs/file/file_input.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "formats/line_protocol/parser.h"
#include "inputs/file/content_version.h"
#include "inputs/file/path_glob.h"
#include "point/series_rewriter.h"

namespace firn::inputs {
namespace {

using line_protocol::LineProtocolParser;
using line_protocol::ParseErrors;

constexpr size_t kMaxLineBytes = 32 << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// How a file looked when it was last read to its end, or refused.
struct Seen {
  uint64_t size_bytes = 0;
  int64_t modified_ms = 0;
  bool Is(const storage::FileInfo& info) const {
    return size_bytes == info.size_bytes && modified_ms == info.modified_ms;
  }
};

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return (error ? std::filesystem::path(path) : absolute).lexically_normal().string();
}

/// Reads a file in pieces of the digester's size; `visit` gets each.
template <typename Visit>
Status ReadPieces(const storage::File& file, std::stop_token stop, Visit visit) {
  for (uint64_t offset = 0;;) {
    if (stop.stop_requested()) return Cancelled("stopping");
    FIRN_ASSIGN(const std::string piece, file.ReadAt(offset, ContentDigester::kPieceBytes));
    if (piece.empty()) return OkStatus();
    FIRN_TRY(visit(std::string_view(piece)));
    offset += piece.size();
    if (piece.size() < ContentDigester::kPieceBytes) return OkStatus();
  }
}

/// Takes pieces of a text and gives batches of its whole lines.
class PieceParser {
 public:
  PieceParser(LineProtocolParser& parser, int64_t default_time_ns)
      : parser_(parser), default_time_ns_(default_time_ns) {}

  Result<std::vector<point::Batch>> Add(std::string_view piece) {
    if (at_start_ && piece.starts_with(kByteOrderMark)) piece.remove_prefix(kByteOrderMark.size());
    at_start_ = false;
    rest_.append(piece);
    size_t consumed = 0;
    std::vector<point::Batch> batches = parser_.ParseChunk(rest_, default_time_ns_, errors_, consumed);
    Advance(consumed);
    if (rest_.size() > kMaxLineBytes) {
      return InvalidInput("line {} is longer than {} bytes", errors_.lines_before + 1, kMaxLineBytes);
    }
    return batches;
  }

  std::vector<point::Batch> Finish() {
    std::vector<point::Batch> batches = parser_.Parse(rest_, default_time_ns_, errors_);
    Advance(rest_.size());
    return batches;
  }

  const ParseErrors& errors() const { return errors_; }

 private:
  void Advance(size_t consumed) {
    errors_.lines_before += parser_.last_lines();
    errors_.bytes_before += consumed;
    rest_.erase(0, consumed);
  }

  LineProtocolParser& parser_;
  const int64_t default_time_ns_;
  ParseErrors errors_;
  std::string rest_;
  bool at_start_ = true;
};

/// Adds the tags that name the file. A tag that is there already is overwritten.
class FileTags {
 public:
  FileTags(const FileInputOptions& options, const std::string& path) {
    if (!options.file_tag.empty()) {
      tags_.emplace_back(options.file_tag, std::filesystem::path(path).filename().string());
    }
    if (!options.file_path_tag.empty()) tags_.emplace_back(options.file_path_tag, AbsolutePath(path));
  }

  void AddTo(std::vector<point::Batch>& batches) {
    if (tags_.empty()) return;
    for (point::Batch& batch : batches) {
      for (const auto& [key, value] : tags_) {
        if (batch.series_view.FindColumn(key) >= 0) batch.series_intact = false;
      }
      rewriter_.Apply(batch);
    }
  }

 private:
  point::MutableTags tags_;
  point::SeriesRewriter rewriter_{
      [this](point::MutableTags& tags) { tags.insert(tags.end(), tags_.begin(), tags_.end()); }};
};

line_protocol::ParserOptions ParserOptionsOf(const FileInputOptions& options) {
  line_protocol::ParserOptions parser;
  parser.dialect = line_protocol::Dialect::Telegraf();
  if (options.influx_parser_type == "upstream") {
    parser.dialect = line_protocol::Dialect::Reference();
    parser.dialect.duplicate_tags = line_protocol::DuplicateTags::kLastWins;  // Telegraf's metrics keep the later one
  }
  parser.precision_ns = options.influx_timestamp_precision.count();
  return parser;
}

class FileInput final : public PollingInput {
 public:
  FileInput(const FileInputOptions& options, const InputContext& context, storage::FileSystem& file_system)
      : options_(options), context_(context), file_system_(file_system), parser_(ParserOptionsOf(options)) {}

  Status Gather(std::stop_token stop) override {
    Status first_error;
    for (const std::string& pattern : options_.files) {
      const Result<std::vector<std::string>> paths = FindFiles(file_system_, pattern);
      if (!paths.ok()) {
        Keep(first_error, paths.error().WithContext("could not find file(s) " + pattern));
        continue;
      }
      for (const std::string& path : *paths) {
        if (stop.stop_requested()) return Cancelled("stopping");
        const Status taken = TakeFile(path, stop);
        if (!taken.ok() && taken.error().kind() == ErrorKind::kCancelled) return taken;
        Keep(first_error, taken.WithContext(path));
      }
    }
    return first_error;
  }

 private:
  /// The first error is what Gather returns; further ones are logged at once.
  static void Keep(Status& first, Status status) {
    if (status.ok()) return;
    if (first.ok()) {
      first = std::move(status);
    } else {
      log::LogError("inputs.file: {}", status.error().message());
    }
  }

  Status TakeFile(const std::string& path, std::stop_token stop) {
    FIRN_ASSIGN(const storage::FileInfo info, file_system_.Stat(path));
    const std::string absolute = AbsolutePath(path);
    if (const auto seen = seen_.find(absolute); seen != seen_.end() && seen->second.Is(info) && !options_.reread) {
      return OkStatus();
    }
    FIRN_ASSIGN(const std::unique_ptr<storage::File> file, file_system_.Open(path, storage::FileSystem::Mode::kRead));
    ContentDigester content;
    FIRN_TRY(ReadPieces(*file, stop, [&](std::string_view piece) {
      content.Add(piece);
      return OkStatus();
    }));
    const std::string shard = options_.reread ? absolute + " (reread)" : absolute;
    const std::optional<int64_t> last = context_.pull->LastPosition(shard);
    if (!options_.reread && last && IsPositionOf(*last, content.digest())) {
      seen_[absolute] = {info.size_bytes, info.modified_ms};
      return OkStatus();
    }
    const int64_t position = options_.reread ? std::max(context_.clock->NowNs(), last.value_or(0) + 1)
                                             : NextContentPosition(info.modified_ms, content.digest(), last);
    const Status taken = TakeContent(path, *file, content, shard, position, stop);
    // What was refused is not read again, and not complained of again, before it changes.
    const bool refused = !taken.ok() && taken.error().kind() == ErrorKind::kInvalidInput;
    if (taken.ok() || refused) seen_[absolute] = {info.size_bytes, info.modified_ms};
    return taken;
  }

  Status TakeContent(const std::string& path, const storage::File& file, const ContentDigester& expected,
                     const std::string& shard, int64_t position, std::stop_token stop) {
    FIRN_ASSIGN(const std::unique_ptr<PullTransaction> transaction, context_.pull->Begin(shard, position));
    PieceParser pieces(parser_, context_.clock->NowNs());
    FileTags tags(options_, path);
    const auto hand_over = [&](std::vector<point::Batch> batches) -> Status {
      if (options_.on_bad_line == BadLines::kRejectFile && !pieces.errors().empty())
        return BadLinesError(pieces.errors());
      tags.AddTo(batches);
      return batches.empty() ? OkStatus() : transaction->Write(std::move(batches));
    };
    ContentDigester content;
    FIRN_TRY(ReadPieces(file, stop, [&](std::string_view piece) -> Status {
      content.Add(piece);
      FIRN_ASSIGN(std::vector<point::Batch> batches, pieces.Add(piece));
      return hand_over(std::move(batches));
    }));
    FIRN_TRY(hand_over(pieces.Finish()));
    if (content != expected) return Unavailable("changed while it was read: it is taken at the next interval");
    ReportSkipped(path, pieces.errors());
    return transaction->Finish();
  }

  static Error BadLinesError(const ParseErrors& errors) {
    const line_protocol::ParseError& first = errors.kept.front();
    const std::string others = errors.total > 1 ? fmt::format(" (and {} more)", errors.total - 1) : "";
    return InvalidInput("nothing is taken: line {}, column {}: {}{}; on_bad_line = \"skip\" takes the good lines",
                        first.line, first.column, first.Message(), others);
  }

  void ReportSkipped(const std::string& path, const ParseErrors& errors) const {
    if (errors.empty()) return;
    if (context_.counters != nullptr) context_.counters->Add("lines_rejected", errors.total);
    for (const line_protocol::ParseError& error : errors.kept) {
      log::Warn("inputs.file: {}:{}:{}: {}", path, error.line, error.column, error.Message());
    }
    if (errors.total > errors.kept.size()) {
      log::Warn("inputs.file: {}: {} more bad lines", path, errors.total - errors.kept.size());
    }
  }

  const FileInputOptions options_;
  const InputContext context_;
  storage::FileSystem& file_system_;
  LineProtocolParser parser_;
  std::unordered_map<std::string, Seen> seen_;  // by absolute path
};

Status CheckOptions(const FileInputOptions& options) {
  static constexpr std::string_view kOthers[] = {
      "avro",    "binary", "collectd", "csv",    "dropwizard", "form_urlencoded", "graphite",   "grok",  "json",
      "json_v2", "logfmt", "msgpack",  "nagios", "opentsdb",   "parquet",         "prometheus", "value", "xml"};
  if (options.data_format != "influx" && !options.data_format.empty()) {
    for (const std::string_view known : kOthers) {
      if (options.data_format == known) {
        return Unsupported("data_format \"{}\" is not supported, only \"influx\"", known);
      }
    }
    return InvalidConfig("data_format \"{}\": there is no such parser", options.data_format);
  }
  if (!options.character_encoding.empty() && options.character_encoding != "utf-8") {
    return Unsupported("character_encoding \"{}\" is not supported, only \"utf-8\"", options.character_encoding);
  }
  if (options.influx_timestamp_precision.count() <= 0) {
    return InvalidConfig("option 'influx_timestamp_precision' must be positive");
  }
  return OkStatus();
}

}  // namespace

config::Schema<FileInputOptions> FileInputSchema() {
  using T = FileInputOptions;
  config::Schema<T> schema("inputs.file", "Reads files of line protocol, each content once.");
  schema.StringList("files", &T::files, "Paths and patterns (`*`, `?`, `[…]`, `**` across folders).")
      .String("file_tag", &T::file_tag, "Tag that gets the file's name; empty = none.")
      .String("file_path_tag", &T::file_path_tag, "Tag that gets the file's absolute path; empty = none.")
      .String("character_encoding", &T::character_encoding, "Empty or utf-8; a byte order mark is skipped.")
      .String("data_format", &T::data_format, "Format of the files; only influx.")
      .Enum("influx_parser_type", &T::influx_parser_type, {{"internal", "internal"}, {"upstream", "upstream"}},
            "Which of Telegraf's two parsers to agree with.")
      .Duration("influx_timestamp_precision", &T::influx_timestamp_precision, "Unit of the times in the files.")
      .Bool("reread", &T::reread, "Takes whole files at each interval, as Telegraf does, instead of each content once.")
      .Enum("on_bad_line", &T::on_bad_line, {{"reject_file", BadLines::kRejectFile}, {"skip", BadLines::kSkip}},
            "Whether a line that is no point refuses its whole file, as in Telegraf, or is reported and left out.")
      .Check(&CheckOptions);
  return schema;
}

std::unique_ptr<PollingInput> MakeFileInput(const FileInputOptions& options, const InputContext& context,
                                            storage::FileSystem& file_system) {
  return std::make_unique<FileInput>(options, context, file_system);
}

}  // namespace firn::inputs
