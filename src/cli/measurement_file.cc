#include "cli/measurement_file.h"

#include <fmt/format.h>

#include <iterator>
#include <set>

#include "base/rfc3339.h"

namespace firn::cli {
namespace {

void AppendCsvText(std::string_view text, std::string& out) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

void AppendCsvValue(const point::FieldColumn& column, size_t row, std::string& out) {
  switch (column.type()) {
    case point::FieldType::kFloat64:
      fmt::format_to(std::back_inserter(out), "{}", column.float64s()[row]);
      return;
    case point::FieldType::kInt64:
      fmt::format_to(std::back_inserter(out), "{}", column.int64s()[row]);
      return;
    case point::FieldType::kUint64:
      fmt::format_to(std::back_inserter(out), "{}", column.uint64s()[row]);
      return;
    case point::FieldType::kBoolean:
      out += column.booleans()[row] != 0 ? "true" : "false";
      return;
    case point::FieldType::kString:
      return AppendCsvText(column.StringAt(row), out);
  }
}

class CsvFile final : public MeasurementFile {
 public:
  CsvFile(std::vector<ExportColumn> columns, ByteSink* sink) : columns_(std::move(columns)), sink_(sink) {
    for (const ExportColumn& column : columns_) {
      if (!text_.empty()) text_ += ',';
      AppendCsvText(column.name, text_);
    }
    text_ += '\n';
  }

  Status Write(const point::Batch& batch) override {
    std::vector<const point::TagColumn*> tags;
    std::vector<const point::FieldColumn*> fields;
    for (const ExportColumn& column : columns_) {
      const int tag = column.kind == ExportColumn::Kind::kTag ? batch.series_view.FindColumn(column.source) : -1;
      const int field = column.kind == ExportColumn::Kind::kField ? batch.FindField(column.source, column.type) : -1;
      tags.push_back(tag < 0 ? nullptr : &batch.series_view.column(static_cast<uint32_t>(tag)));
      fields.push_back(field < 0 ? nullptr : &batch.fields[static_cast<size_t>(field)]);
    }
    for (size_t row = 0; row < batch.rows(); ++row) {
      text_ += FormatRfc3339(batch.times[row]);
      for (size_t i = 1; i < columns_.size(); ++i) {
        text_ += ',';
        const std::string_view tag = tags[i] != nullptr ? tags[i]->ValueOf(batch.series[row]) : std::string_view();
        if (!tag.empty()) AppendCsvText(tag, text_);
        if (fields[i] != nullptr && fields[i]->IsSet(row)) AppendCsvValue(*fields[i], row, text_);
      }
      text_ += '\n';
      if (text_.size() >= kFlushBytes) FIRN_TRY(Flush());
    }
    return OkStatus();
  }

  Status Finish() override { return Flush(); }

 private:
  static constexpr size_t kFlushBytes = 1 << 20;

  Status Flush() {
    const Status written = sink_->Append(text_);
    text_.clear();
    return written;
  }

  std::vector<ExportColumn> columns_;
  ByteSink* sink_;
  std::string text_;
};

}  // namespace

std::vector<ExportColumn> PlanColumns(const influx_files::MeasurementSchema& schema) {
  std::vector<ExportColumn> columns = {{ExportColumn::Kind::kTime, "time", "time", point::FieldType::kInt64}};
  std::set<std::string> taken = {"time"};
  const auto free_name = [&](std::string name, std::string_view suffix) {
    while (!taken.insert(name).second) name += fmt::format("_{}", suffix);
    return name;
  };
  for (const std::string& tag : schema.tags)
    columns.push_back({ExportColumn::Kind::kTag, free_name(tag, "tag"), tag, point::FieldType::kString});
  for (const auto& [field, types] : schema.fields) {
    for (const point::FieldType type : types)
      columns.push_back({ExportColumn::Kind::kField, free_name(field, point::FieldTypeName(type)), field, type});
  }
  return columns;
}

std::unique_ptr<MeasurementFile> MakeCsvFile(std::vector<ExportColumn> columns, ByteSink* sink) {
  return std::make_unique<CsvFile>(std::move(columns), sink);
}

}  // namespace firn::cli
