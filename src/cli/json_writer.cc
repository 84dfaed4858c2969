#include "cli/result_writer.h"
#include "query/value_text.h"

namespace firn::cli {
namespace {

constexpr size_t kFlushBytes = 1 << 16;

class JsonWriter final : public query::ResultSink {
 public:
  explicit JsonWriter(ByteSink& out) : out_(out) {}

  Status Begin(const std::vector<query::ResultColumn>& columns) override {
    keys_.clear();
    for (size_t i = 0; i < columns.size(); ++i) {
      std::string& key = keys_.emplace_back(i == 0 ? "{" : ",");
      query::AppendJsonString(columns[i].name, key);
      key += ':';
    }
    return OkStatus();
  }

  Status Rows(const query::RowChunk& chunk) override {
    for (size_t row = 0; row < chunk.row_count(); ++row) {
      for (size_t column = 0; column < chunk.column_count(); ++column) {
        text_ += keys_[column];
        chunk.AppendJson(column, row, text_);
      }
      text_ += "}\n";
      if (text_.size() >= kFlushBytes) FIRN_TRY(Flush());
    }
    return OkStatus();
  }

  Status End() override { return Flush(); }

 private:
  Status Flush() {
    FIRN_TRY(out_.Append(text_));
    text_.clear();
    return OkStatus();
  }

  ByteSink& out_;
  std::vector<std::string> keys_;
  std::string text_;
};

}  // namespace

std::unique_ptr<query::ResultSink> MakeJsonWriter(ByteSink& out) {
  return std::make_unique<JsonWriter>(out);
}

}  // namespace firn::cli
