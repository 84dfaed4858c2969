#include "cli/result_writer.h"

namespace firn::cli {
namespace {

constexpr size_t kFlushBytes = 1 << 16;

void AppendField(std::string_view text, std::string& out) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

class CsvWriter final : public query::ResultSink {
 public:
  explicit CsvWriter(ByteSink& out) : out_(out) {}

  Status Begin(const std::vector<query::ResultColumn>& columns) override {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line_ += ',';
      AppendField(columns[i].name, line_);
    }
    line_ += '\n';
    return OkStatus();
  }

  Status Rows(const query::RowChunk& chunk) override {
    std::string text;
    for (size_t row = 0; row < chunk.row_count(); ++row) {
      for (size_t column = 0; column < chunk.column_count(); ++column) {
        if (column > 0) line_ += ',';
        if (chunk.IsNull(column, row)) continue;
        text.clear();
        chunk.AppendText(column, row, text);
        AppendField(text, line_);
      }
      line_ += '\n';
      if (line_.size() >= kFlushBytes) FIRN_TRY(Flush());
    }
    return OkStatus();
  }

  Status End() override { return Flush(); }

 private:
  Status Flush() {
    FIRN_TRY(out_.Append(line_));
    line_.clear();
    return OkStatus();
  }

  ByteSink& out_;
  std::string line_;
};

}  // namespace

std::unique_ptr<query::ResultSink> MakeCsvWriter(ByteSink& out) {
  return std::make_unique<CsvWriter>(out);
}

}  // namespace firn::cli
