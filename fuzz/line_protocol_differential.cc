// The fast path and the plain path must make the same of any bytes. The body is given twice to the same parser, behind
// lines that teach it measurements and names, and with a comment behind it, so that the fast path may read ahead.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/line_protocol/parser.h"
#include "point/row.h"

namespace lp = firn::line_protocol;

namespace {

std::string Read(std::string_view body, const lp::Dialect& dialect, bool plain_path_only) {
  lp::ParserOptions options;
  options.dialect = dialect;
  options.plain_path_only = plain_path_only;
  options.batch_limits.rows = 50;
  lp::LineProtocolParser parser(options);
  std::string text;
  for (int round = 0; round < 2; ++round) {
    lp::ParseErrors errors;
    for (const firn::point::Batch& batch : parser.Parse(body, 7, errors)) {
      if (!batch.Validate().ok()) std::abort();
      // Batches may be cut at other rows, so the text of rows is what counts.
      text += firn::point::ToText(batch);
    }
    text += errors.Message();
    for (const lp::ParseError& error : errors.kept)
      text += std::to_string(error.line) + ":" + std::to_string(error.offset) + "\n";
    text += std::to_string(parser.last_lines()) + " " + std::to_string(parser.last_rows()) + " " +
            (parser.all_lines_timed() ? "timed\n" : "not timed\n");
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string body = "m,t=a v=1i,w=2 1\nm v=\"s\",b=t\ncpu,host=a usage=1.5,n=2u 1600000000000000000\n";
  body.append(bytes).append("\n").append(bytes).append("\n#").append(200, ' ').append("\n");
  for (const lp::Dialect& dialect :
       {lp::Dialect::Firn(), lp::Dialect::InfluxDb(), lp::Dialect::Telegraf(), lp::Dialect::Reference()}) {
    if (Read(body, dialect, false) != Read(body, dialect, true)) std::abort();
  }
  return 0;
}
