#include "cli/parse_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "formats/line_protocol/parser.h"
#include "formats/line_protocol/writer.h"
#include "point/row.h"

namespace firn::cli {
namespace {

namespace lp = line_protocol;

constexpr size_t kChunkBytes = 4 << 20;

std::optional<int64_t> PrecisionOf(std::string_view unit) {
  if (unit == "ns") return 1;
  if (unit == "us") return 1'000;
  if (unit == "ms") return 1'000'000;
  if (unit == "s") return 1'000'000'000;
  return std::nullopt;
}

nlohmann::ordered_json ValueJson(const point::FieldValue& value) {
  nlohmann::ordered_json json;
  json["type"] = point::FieldTypeName(point::TypeOf(value));
  std::visit([&](const auto& v) { json["value"] = v; }, value);
  return json;
}

std::string PointJson(const point::Batch& batch, size_t row) {
  const point::RowRef ref(batch, row);
  nlohmann::ordered_json json;
  json["name"] = ref.measurement();
  json["tags"] = nlohmann::ordered_json::object();
  for (const point::Tag& tag : ref.tags()) json["tags"][std::string(tag.key)] = tag.value;
  json["fields"] = nlohmann::ordered_json::object();
  for (const point::Field& field : ref.fields()) json["fields"][std::string(field.name)] = ValueJson(field.value);
  json["time"] = ref.time();
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string ErrorJson(const lp::ParseError& error) {
  nlohmann::ordered_json json;
  json["line"] = error.line;
  json["column"] = error.column;
  json["offset"] = error.offset;
  json["message"] = error.Message();
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Feeds a stream to a parser, in chunks that end with a line.
class Parsing {
 public:
  Parsing(const ParseCommandOptions& options, int64_t precision_ns, int64_t default_time, std::ostream& out,
          std::ostream& err)
      : options_(options),
        parser_(OptionsFor(options, precision_ns)),
        default_time_(default_time),
        out_(out),
        err_(err) {
    writer_.unsigned_integers = true;
  }

  bool Run(std::istream& in) {
    std::string buffer;
    size_t held = 0;
    bool more = true;
    while (more) {
      buffer.resize(held + std::max(kChunkBytes, held));  // a long line makes the chunks grow with it
      in.read(buffer.data() + held, static_cast<std::streamsize>(buffer.size() - held));
      buffer.resize(held + static_cast<size_t>(in.gcount()));
      more = !in.eof() && in.good();
      if (in.bad()) return false;
      const size_t used = options_.stats ? Count(buffer, more) : Show(buffer, more);
      buffer.erase(0, used);
      held = buffer.size();
    }
    return true;
  }

  uint64_t rows() const { return rows_; }
  uint64_t refused() const { return errors_.total; }
  uint64_t bytes() const { return errors_.bytes_before; }
  double parse_seconds() const { return parse_seconds_; }

 private:
  static lp::ParserOptions OptionsFor(const ParseCommandOptions& options, int64_t precision_ns) {
    lp::ParserOptions made;
    made.precision_ns = precision_ns;
    // What is shown is shown line by line, so no error may be dropped; it is taken from the list at once.
    made.limits.errors_kept = options.stats ? 0 : 1;
    return made;
  }

  /// Parses `text` and keeps the books; gives the bytes used.
  std::vector<point::Batch> Parse(std::string_view text, bool more, size_t& used) {
    const auto start = std::chrono::steady_clock::now();
    used = text.size();
    auto batches =
        more ? parser_.ParseChunk(text, default_time_, errors_, used) : parser_.Parse(text, default_time_, errors_);
    parse_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    rows_ += parser_.last_rows();
    errors_.lines_before += parser_.last_lines();
    errors_.bytes_before += used;
    return batches;
  }

  size_t Count(std::string_view chunk, bool more) {
    size_t used = 0;
    Parse(chunk, more, used);
    return used;
  }

  /// Line by line, so that points of all measurements and errors come out in input order.
  size_t Show(std::string_view chunk, bool more) {
    size_t shown = 0;
    while (shown < chunk.size()) {
      const std::string_view rest = chunk.substr(shown);
      const size_t length = lp::LineLength(rest);
      if (length == rest.size() && more) break;
      const std::string_view line = rest.substr(0, std::min(length + 1, rest.size()));
      size_t used = 0;
      for (const point::Batch& batch : Parse(line, false, used)) ShowRows(batch);
      for (const lp::ParseError& error : errors_.kept) ShowError(error);
      errors_.kept.clear();
      shown += line.size();
    }
    return shown;
  }

  void ShowRows(const point::Batch& batch) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      if (options_.output == ParseCommandOptions::Output::kJson) {
        out_ << PointJson(batch, row) << '\n';
        continue;
      }
      std::string line;
      lp::WriteReport report;
      lp::WriteRow(batch, row, writer_, line, report);
      out_ << line;
    }
  }

  void ShowError(const lp::ParseError& error) {
    if (options_.output == ParseCommandOptions::Output::kJson) {
      out_ << ErrorJson(error) << '\n';
    } else {
      err_ << fmt::format("{}:{}:{}: {}\n", options_.file, error.line, error.column, error.Message());
    }
  }

  const ParseCommandOptions& options_;
  lp::LineProtocolParser parser_;
  int64_t default_time_;
  std::ostream& out_;
  std::ostream& err_;
  lp::WriterOptions writer_;
  lp::ParseErrors errors_;
  uint64_t rows_ = 0;
  double parse_seconds_ = 0;
};

}  // namespace

int RunParse(const ParseCommandOptions& options, std::ostream& out, std::ostream& err) {
  if (options.format != "line_protocol" && options.format != "influx") {
    err << fmt::format("firn parse: unknown format {}; known: line_protocol\n", options.format);
    return 1;
  }
  const std::optional<int64_t> precision_ns = PrecisionOf(options.precision);
  if (!precision_ns) {
    err << fmt::format("firn parse: unknown precision {}; known: ns, us, ms, s\n", options.precision);
    return 1;
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const int64_t default_time =
      options.default_time.value_or(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) {
      err << fmt::format("firn parse: cannot read {}\n", options.file);
      return 2;
    }
  }
  std::istream& in = options.file == "-" ? std::cin : file;
  Parsing parsing(options, *precision_ns, default_time, out, err);
  if (!parsing.Run(in)) {
    err << fmt::format("firn parse: reading {} failed\n", options.file);
    return 2;
  }
  if (options.stats) {
    const double seconds = std::max(parsing.parse_seconds(), 1e-9);
    out << fmt::format("rows {} bytes {} seconds {:.6f} MB/s {:.1f}\n", parsing.rows(), parsing.bytes(), seconds,
                       static_cast<double>(parsing.bytes()) / 1e6 / seconds);
    if (parsing.refused() > 0) err << fmt::format("{} lines refused\n", parsing.refused());
  }
  return options.strict && parsing.refused() > 0 ? 3 : 0;
}

}  // namespace firn::cli
