#include "formats/influx_csv/annotated_csv_decoder.h"

#include <utility>

#include "formats/influx_csv/point_writer.h"
#include "formats/influx_csv/record_scanner.h"
#include "formats/influx_csv/table_schema.h"

namespace firn::influx_csv {

// The answer is a sequence of blocks, each ended by an empty line: annotation rows, a header, data rows. Between the
// records the machine is in one of these states:
//
//   kBlockStart ──'#' row──► kAnnotations ──header──► kRows ──empty line or '#' row──► kBlockStart, kAnnotations
//        └──────────────header──────────────────────────┘
//   header ",error,reference" ──► kServerError: the next row is the server's error.
class AnnotatedCsvDecoder::Machine {
 public:
  Machine(DecoderOptions options, BatchSink sink)
      : options_(std::move(options)),
        scanner_(options_.delimiter, options_.max_row_bytes, options_.max_columns + 1),
        writer_(options_, std::move(sink), counts_) {}

  Status Feed(std::string_view chunk) {
    if (!outcome_.ok()) return outcome_;
    scanner_.Give(chunk);
    return outcome_ = TakeRecords();
  }

  Status Finish() {
    if (!outcome_.ok()) return outcome_;
    scanner_.GiveEnd();
    outcome_ = TakeRecords();
    if (outcome_.ok()) outcome_ = End();
    return outcome_;
  }

  const DecoderCounts& counts() const { return counts_; }
  bool ended_with_empty_line() const { return record_number_ == 0 || last_was_empty_; }
  const std::optional<ServerError>& server_error() const { return server_error_; }

 private:
  enum class State { kBlockStart, kAnnotations, kRows, kServerError };

  Status TakeRecords() {
    while (scanner_.Next()) {
      ++record_number_;
      Status status = OnRecord(scanner_.cells());
      if (!status.ok()) return AtRow(std::move(status));
    }
    if (scanner_.error() == ScanError::kNone) return OkStatus();
    ++record_number_;
    return AtRow(InvalidInput("{}", ScanErrorText(scanner_.error())));
  }

  Status End() {
    if (state_ == State::kServerError) return FailByServer({"unknown error: the error table is cut", ""});
    return writer_.HandOver();
  }

  /// Says where bad bytes stand. Errors of the server and the sink have no row.
  Status AtRow(Status status) const {
    if (status.ok() || status.error().kind() != ErrorKind::kInvalidInput) return status;
    return status.WithContext(fmt::format("annotated CSV, row {}", record_number_));
  }

  Status OnRecord(const std::vector<std::string_view>& cells) {
    last_was_empty_ = cells.size() == 1 && cells[0].empty();
    if (last_was_empty_) return EndBlock();
    if (cells[0].starts_with('#')) return OnAnnotation(cells);
    if (state_ == State::kServerError) {
      return FailByServer(
          {std::string(cells.size() > 1 ? cells[1] : ""), std::string(cells.size() > 2 ? cells[2] : "")});
    }
    if (state_ == State::kRows) return OnRow(cells);
    return OnFirstRow(cells);
  }

  Status EndBlock() {
    if (state_ == State::kServerError) return OkStatus();
    state_ = State::kBlockStart;
    return OkStatus();
  }

  Status OnAnnotation(const std::vector<std::string_view>& cells) {
    if (state_ != State::kAnnotations) annotations_ = {};
    state_ = State::kAnnotations;
    annotated_ = true;
    if (cells[0] == "#datatype") annotations_.datatype.assign(cells.begin(), cells.end());
    if (cells[0] == "#group") annotations_.group.assign(cells.begin(), cells.end());
    if (cells[0] == "#default") annotations_.default_values.assign(cells.begin(), cells.end());
    return OkStatus();  // other rows with '#' are comments
  }

  /// The first row of a block that is no annotation: a header where there are headers.
  Status OnFirstRow(const std::vector<std::string_view>& cells) {
    if (IsErrorHeader(cells)) {
      state_ = State::kServerError;
      return OkStatus();
    }
    if (!cells[0].empty())
      return InvalidInput("a table begins with '{}' instead of an empty cell", cells[0].substr(0, 100));
    if (annotated_ && state_ != State::kAnnotations) return InvalidInput("a table begins without its annotations");
    state_ = State::kRows;
    if (!options_.has_header) {
      FIRN_TRY(BeginTable(NumberedNames(cells.size())));
      return OnRow(cells);
    }
    return BeginTable(cells);
  }

  static bool IsErrorHeader(const std::vector<std::string_view>& cells) {
    return cells.size() == 3 && cells[1] == "error" && cells[2] == "reference";
  }

  /// col0, col1, … behind the annotation column, as InfluxDB's reader names them. `result` and `table` keep their
  /// names.
  std::vector<std::string_view> NumberedNames(size_t cells) {
    numbered_names_.clear();
    for (size_t i = 3; i < cells; ++i) numbered_names_.push_back(fmt::format("col{}", i - 3));
    std::vector<std::string_view> names{"", "result", "table"};
    names.resize(std::min(names.size(), cells));
    names.insert(names.end(), numbered_names_.begin(), numbered_names_.end());
    return names;
  }

  Status BeginTable(const std::vector<std::string_view>& names) {
    FIRN_ASSIGN(TableSchema schema, MakeTableSchema(names, annotations_));
    schema_ = std::move(schema);
    table_id_column_ = names.size() > 2 && schema_.columns[2].role == Role::kTableId ? 2 : 0;
    table_id_.clear();
    if (table_id_column_ == 0) ++counts_.tables;
    return writer_.BeginTable(schema_);
  }

  Status OnRow(const std::vector<std::string_view>& cells) {
    if (cells.size() != schema_.columns.size()) {
      if (IsErrorHeader(cells)) {  // older servers write no empty line ahead of it
        state_ = State::kServerError;
        return OkStatus();
      }
      return InvalidInput("the row has {} cells, its header {}", cells.size(), schema_.columns.size());
    }
    if (++counts_.rows > options_.max_rows)
      return ResourceExhausted("the answer has more than {} rows", options_.max_rows);
    if (table_id_column_ != 0 && (cells[table_id_column_] != table_id_ || table_id_.empty())) {
      table_id_ = cells[table_id_column_];
      ++counts_.tables;
    }
    return writer_.AddRow(cells, scanner_.record_bytes());
  }

  Status FailByServer(ServerError error) {
    server_error_ = std::move(error);
    if (server_error_->reference.empty())
      return Unavailable("the server ended the answer with an error: {}", server_error_->message);
    return Unavailable("the server ended the answer with an error: {} (reference {})", server_error_->message,
                       server_error_->reference);
  }

  DecoderOptions options_;
  DecoderCounts counts_;
  RecordScanner scanner_;
  PointWriter writer_;
  State state_ = State::kBlockStart;
  Annotations annotations_;
  bool annotated_ = false;  // the answer has annotations, so each of its tables must
  TableSchema schema_;
  std::vector<std::string> numbered_names_;
  size_t table_id_column_ = 0;  // 0 = none
  std::string table_id_;
  uint64_t record_number_ = 0;
  bool last_was_empty_ = false;
  std::optional<ServerError> server_error_;
  Status outcome_;
};

AnnotatedCsvDecoder::AnnotatedCsvDecoder(DecoderOptions options, BatchSink sink)
    : machine_(std::make_unique<Machine>(std::move(options), std::move(sink))) {}
AnnotatedCsvDecoder::~AnnotatedCsvDecoder() = default;

Status AnnotatedCsvDecoder::Feed(std::string_view chunk) {
  return machine_->Feed(chunk);
}
Status AnnotatedCsvDecoder::Finish() {
  return machine_->Finish();
}
const DecoderCounts& AnnotatedCsvDecoder::counts() const {
  return machine_->counts();
}
bool AnnotatedCsvDecoder::ended_with_empty_line() const {
  return machine_->ended_with_empty_line();
}
const std::optional<AnnotatedCsvDecoder::ServerError>& AnnotatedCsvDecoder::server_error() const {
  return machine_->server_error();
}

}  // namespace firn::influx_csv
