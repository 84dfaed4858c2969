#include <fmt/format.h>

#include <algorithm>

#include "cli/result_writer.h"
#include "cli/text_table.h"

namespace firn::cli {
namespace {

constexpr size_t kLeastColumnWidth = 4;

bool IsNumber(query::ValueKind kind) {
  return kind >= query::ValueKind::kInt8 && kind <= query::ValueKind::kDecimal;
}

std::string WithThousands(uint64_t value) {
  std::string digits = std::to_string(value);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

class BoxWriter final : public query::ResultSink {
 public:
  BoxWriter(ByteSink& out, const BoxOptions& options) : out_(out), options_(options) {}

  Status Begin(const std::vector<query::ResultColumn>& columns) override {
    rows_.clear();
    total_ = 0;
    for (const auto& column : columns) {
      names_.push_back(column.name);
      right_.push_back(IsNumber(column.type.kind));
    }
    return OkStatus();
  }

  Status Rows(const query::RowChunk& chunk) override {
    for (size_t row = 0; row < chunk.row_count(); ++row) {
      ++total_;
      if (options_.max_rows > 0 && rows_.size() >= options_.max_rows) continue;
      auto& cells = rows_.emplace_back();
      for (size_t column = 0; column < chunk.column_count(); ++column) {
        std::string& cell = cells.emplace_back();
        if (chunk.IsNull(column, row)) {
          cell = "NULL";
        } else {
          chunk.AppendText(column, row, cell);
        }
      }
    }
    return OkStatus();
  }

  Status End() override {
    const std::vector<size_t> widths = Widths();
    std::string text = Rule(widths, "┌", "┬", "┐");
    text += Line(names_, widths);
    text += Rule(widths, "├", "┼", "┤");
    for (const auto& row : rows_) text += Line(row, widths);
    text += Rule(widths, "└", "┴", "┘");
    if (total_ > rows_.size()) {
      text += fmt::format("… {} rows, {} shown (--max-rows 0 shows all)\n", WithThousands(total_),
                          WithThousands(rows_.size()));
    } else {
      text += fmt::format("{} {}\n", WithThousands(total_), total_ == 1 ? "row" : "rows");
    }
    return out_.Append(text);
  }

 private:
  /// As wide as the widest cell; where that is too much for the terminal, the widest columns give way first.
  std::vector<size_t> Widths() const {
    std::vector<size_t> widths;
    for (size_t i = 0; i < names_.size(); ++i) {
      size_t width = DisplayWidth(names_[i]);
      for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
      widths.push_back(std::max<size_t>(width, 1));
    }
    if (options_.width == 0) return widths;
    size_t total = 1;
    for (const size_t width : widths) total += width + 3;
    while (total > options_.width) {
      const auto widest = std::max_element(widths.begin(), widths.end());
      if (widest == widths.end() || *widest <= kLeastColumnWidth) break;
      --*widest;
      --total;
    }
    return widths;
  }

  static std::string Rule(const std::vector<size_t>& widths, std::string_view left, std::string_view middle,
                          std::string_view right) {
    std::string text(left);
    for (size_t i = 0; i < widths.size(); ++i) {
      if (i > 0) text += middle;
      for (size_t n = 0; n < widths[i] + 2; ++n) text += "─";
    }
    return text + std::string(right) + "\n";
  }

  std::string Line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const {
    std::string text = "│";
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = FitTo(cells[i], widths[i]);
      const std::string padding(widths[i] - std::min(widths[i], DisplayWidth(cell)), ' ');
      text += " " + (right_[i] ? padding + cell : cell + padding) + " │";
    }
    return text + "\n";
  }

  ByteSink& out_;
  BoxOptions options_;
  std::vector<std::string> names_;
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
  uint64_t total_ = 0;
};

}  // namespace

std::unique_ptr<query::ResultSink> MakeBoxWriter(ByteSink& out, const BoxOptions& options) {
  return std::make_unique<BoxWriter>(out, options);
}

}  // namespace firn::cli
