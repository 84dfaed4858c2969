// Recorded runs of Telegraf: its parser's cases against the Telegraf dialect, its serializer's against the writer.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "formats/line_protocol/parser.h"
#include "formats/line_protocol/writer.h"
#include "shared_fixtures.h"

namespace firn::line_protocol {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> CasesOf(const fs::path& folder) {
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

std::string InputOf(const fs::path& a_case) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(a_case)) {
    if (entry.path().extension() == ".lp") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string text;
  for (const fs::path& file : files) text += ReadAll(file);
  return text;
}

bool Has(const std::string& config, const std::string& line) {
  return config.find(line) != std::string::npos;
}

WriterOptions WriterOptionsOf(const std::string& config) {
  WriterOptions options;
  if (Has(config, "influx_sort_fields = true")) options.field_order = FieldOrder::kSorted;
  options.unsigned_integers = Has(config, "influx_uint_support = true");
  options.omit_timestamp = Has(config, "influx_omit_timestamp = true");
  const std::string key = "influx_max_line_bytes = ";
  if (const size_t at = config.find(key); at != std::string::npos) {
    options.max_line_bytes = std::stoul(config.substr(at + key.size()));
  }
  return options;
}

/// What Telegraf would write; nothing when a line of the input is bad (its file input then takes nothing).
std::string Result(const fs::path& a_case, const Dialect& dialect) {
  const std::string config = ReadAll(a_case / "telegraf.conf");
  ParserOptions options;
  options.dialect = dialect;
  if (Has(config, "influx_timestamp_precision = \"1s\"")) options.precision_ns = 1'000'000'000;
  if (Has(config, "influx_timestamp_precision = \"1ms\"")) options.precision_ns = 1'000'000;
  LineProtocolParser parser(options);
  ParseErrors errors;
  const auto batches = parser.Parse(InputOf(a_case), 0, errors);
  std::string out;
  if (!errors.empty()) return out;
  WriteReport report;
  for (const point::Batch& batch : batches) WriteBatch(batch, WriterOptionsOf(config), out, report);
  return out;
}

void Compare(const char* group, const Dialect& dialect, const std::map<std::string, std::string>& on_purpose) {
  const fs::path folder = firn::testing::FixtureFolder(std::string("telegraf/") + group);
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  size_t agreed = 0, purposes = 0, differ = 0;
  for (const fs::path& a_case : CasesOf(folder)) {
    const std::string name = a_case.filename().string();
    const std::string result = Result(a_case, dialect);
    const std::string expected = ReadAll(a_case / "expected.out");
    if (result == expected) {
      ++agreed;
    } else if (on_purpose.contains(name)) {
      ++purposes;
      std::printf("  %s: %s\n", name.c_str(), on_purpose.at(name).c_str());
    } else {
      ++differ;
      ADD_FAILURE() << name << ": expected\n" << expected << "got\n" << result;
    }
  }
  std::printf("[conformance] telegraf/%s: %zu agreed, %zu differ on purpose, %zu differ\n", group, agreed, purposes,
              differ);
}

TEST(Telegraf, ParserCasesAgree) {
  Compare("parsers.influx", Dialect::Telegraf(),
          {{"precision_1s", "a time beyond int64 nanoseconds is refused; Telegraf lets it wrap around"},
           {"escaped_newline_name", "a line feed behind a backslash does not end the line, as in InfluxDB's server"}});
}

TEST(Telegraf, SerializerCasesAgree) {
  Compare("serializers.influx", Dialect::Firn(), {});
}

}  // namespace
}  // namespace firn::line_protocol
