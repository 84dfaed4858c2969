// Parses any bytes in every dialect, in small batches, and holds the batches to their own rules; writes them and reads
// them again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "formats/line_protocol/parser.h"
#include "formats/line_protocol/writer.h"
#include "point/row.h"

namespace lp = firn::line_protocol;

namespace {

std::string Read(std::string_view body, const lp::Dialect& dialect, std::string& written, lp::WriteReport& report) {
  lp::ParserOptions options;
  options.dialect = dialect;
  options.batch_limits.rows = 3;
  options.batch_limits.dense_cells = 16;
  options.batch_limits.series_table_bytes = 2'000;
  options.limits.line_bytes = 1 << 16;
  lp::LineProtocolParser parser(options);
  lp::ParseErrors errors;
  lp::WriterOptions writer;
  writer.unsigned_integers = true;
  std::string text;
  size_t rows = 0;
  for (firn::point::Batch& batch : parser.Parse(body, 7, errors)) {
    if (!batch.Validate().ok()) std::abort();
    rows += batch.rows();
    // A field that is named twice in a line has a column, and so a place, before its value is known.
    std::sort(batch.fields.begin(), batch.fields.end(), [](const auto& left, const auto& right) {
      return std::pair(left.name(), left.type()) < std::pair(right.name(), right.type());
    });
    text += firn::point::ToText(batch);
    lp::WriteBatch(batch, writer, written, report);
  }
  if (rows != parser.last_rows()) std::abort();
  if (errors.kept.size() > errors.total) std::abort();
  for (const lp::ParseError& error : errors.kept) {
    if (error.offset > body.size() || error.line == 0 || error.column == 0) std::abort();
  }
  (void)errors.Message();
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  for (const lp::Dialect& dialect :
       {lp::Dialect::Firn(), lp::Dialect::InfluxDb(), lp::Dialect::Telegraf(), lp::Dialect::Reference()}) {
    std::string written;
    lp::WriteReport report;
    const std::string text = Read(body, dialect, written, report);
    // What was written without loss reads back as it was; the reference dialect gives strings another meaning.
    if (dialect.string_escapes != lp::StringEscapes::kKeepOthers || report.losses() != 0) continue;
    std::string again;
    lp::WriteReport second;
    if (Read(written, lp::Dialect::Firn(), again, second) != text) std::abort();
  }
  return 0;
}
