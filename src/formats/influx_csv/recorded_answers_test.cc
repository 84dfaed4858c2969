// Every recorded answer of InfluxDB's /api/v2/query, against what was written (mixed.lp) or, where a query makes
// something new of it, against rows written down from the meaning of the query.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include "formats/influx_csv/annotated_csv_decoder.h"
#include "point/row.h"
#include "shared_fixtures.h"

namespace firn::influx_csv {
namespace {

using Lines = std::vector<std::string>;  // one a row, sorted

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string Gunzip(const std::string& compressed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string RowText(const point::RowRef& row) {
  std::string out = std::string(row.measurement()) + "{";
  for (const point::Tag& tag : row.tags()) out += fmt::format("{}={};", tag.key, tag.value);
  std::map<std::string, std::string> fields;
  for (const point::Field& field : row.fields()) {
    fields[std::string(field.name)] = std::visit(
        [](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, double>)
            return fmt::format("{}f", value);
          else if constexpr (std::is_same_v<T, int64_t>)
            return fmt::format("{}i", value);
          else if constexpr (std::is_same_v<T, uint64_t>)
            return fmt::format("{}u", value);
          else if constexpr (std::is_same_v<T, bool>)
            return std::string(value ? "true" : "false");
          else
            return fmt::format("\"{}\"", value);
        },
        field.value);
  }
  out += "}";
  for (const auto& [name, value] : fields) out += fmt::format(" {}={}", name, value);
  return out + fmt::format(" @{}", row.time());
}

struct Decoded {
  Lines lines = {};
  Status status;
  bool intact = true;
  bool ended = false;
};

Decoded Decode(const std::string& body, size_t piece, DecoderOptions options) {
  Decoded result;
  AnnotatedCsvDecoder decoder(std::move(options), [&](std::vector<point::Batch> batches) {
    for (const point::Batch& batch : batches) {
      EXPECT_TRUE(batch.Validate().ok());
      result.intact &= batch.series_intact;
      for (size_t row = 0; row < batch.rows(); ++row) result.lines.push_back(RowText({batch, row}));
    }
    return OkStatus();
  });
  for (size_t at = 0; at < body.size() && result.status.ok(); at += piece) {
    // A copy of its own, so that views into a piece that is gone are found.
    const std::string copy = body.substr(at, piece);
    result.status = decoder.Feed(copy);
  }
  if (result.status.ok()) result.status = decoder.Finish();
  result.ended = decoder.ended_with_empty_line();
  std::sort(result.lines.begin(), result.lines.end());
  return result;
}

/// What was written, read by a small reader of its own.
struct Truth {
  struct Point {
    std::string measurement;
    std::map<std::string, std::string> tags = {};
    std::map<std::string, std::string> fields;  // as RowText has values
    int64_t time = 0;
  };
  std::vector<Point> points;
};

/// Takes up to an unescaped one of `stops`; a backslash before one of ",= " is dropped.
std::string TakeName(const std::string& text, size_t& at, const std::string& stops) {
  std::string out;
  while (at < text.size() && stops.find(text[at]) == std::string::npos) {
    if (text[at] == '\\' && at + 1 < text.size() && std::string(",= ").find(text[at + 1]) != std::string::npos) ++at;
    out += text[at++];
  }
  return out;
}

std::string TakeValue(const std::string& text, size_t& at) {
  if (text[at] != '"') {
    const std::string raw = TakeName(text, at, ", ");
    if (raw == "t" || raw == "true" || raw == "T") return "true";
    if (raw == "f" || raw == "false" || raw == "F") return "false";
    if (raw.back() == 'i' || raw.back() == 'u') return raw;
    return fmt::format("{}f", std::strtod(raw.c_str(), nullptr));
  }
  std::string out;
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\' && (text[at + 1] == '"' || text[at + 1] == '\\')) ++at;
    out += text[at];
  }
  ++at;
  return "\"" + out + "\"";
}

Truth ReadTruth(const std::string& text) {
  Truth truth;
  for (size_t at = 0; at < text.size(); ++at) {
    Truth::Point& point = truth.points.emplace_back();
    point.measurement = TakeName(text, at, ", ");
    while (text[at] == ',') {
      const std::string key = TakeName(text, ++at, "=");
      point.tags[key] = TakeName(text, ++at, ", ");
    }
    do {
      const std::string key = TakeName(text, ++at, "=");
      point.fields[key] = TakeValue(text, ++at);
    } while (text[at] == ',');
    size_t digits = 0;
    point.time = std::stoll(text.substr(at + 1), &digits);
    at += 1 + digits;
  }
  return truth;
}

std::string Text(const Truth::Point& point, const std::map<std::string, std::string>& fields) {
  std::string out = point.measurement + "{";
  for (const auto& [key, value] : point.tags) out += key + "=" + value + ";";
  out += "}";
  for (const auto& [key, value] : fields) out += " " + key + "=" + value;
  return out + fmt::format(" @{}", point.time);
}

constexpr int64_t kDay = 1704067200'000000000;  // 2024-01-01
constexpr int64_t kAllTimes = INT64_MAX;

struct Selection {
  std::string measurement;
  std::map<std::string, std::string> tags = {};
  std::set<std::string> fields = {};  // empty = all
  size_t limit = SIZE_MAX;            // first points of each series (and field, where not pivoted)
  int64_t to = kDay + 86400'000000000;
  int64_t from = kDay;
};

bool Matches(const Selection& wanted, const Truth::Point& point) {
  const bool tags = std::all_of(wanted.tags.begin(), wanted.tags.end(), [&](const auto& tag) {
    const auto found = point.tags.find(tag.first);
    return found != point.tags.end() && found->second == tag.second;
  });
  return point.measurement == wanted.measurement && tags && point.time >= wanted.from && point.time < wanted.to;
}

/// As `from |> range |> filter` answers: one row a field. An empty string reads as null, which is no row.
Lines Unpivoted(const Truth& truth, const Selection& wanted) {
  Lines lines = {};
  std::map<std::string, size_t> taken;
  for (const auto& point : truth.points) {
    if (!Matches(wanted, point)) continue;
    for (const auto& field : point.fields) {
      if (!wanted.fields.empty() && !wanted.fields.contains(field.first)) continue;
      std::string series = field.first;
      for (const auto& [key, value] : point.tags) series += "," + key + "=" + value;
      if (taken[series]++ >= wanted.limit || field.second == "\"\"") continue;
      lines.push_back(Text(point, {field}));
    }
  }
  return lines;
}

Lines Pivoted(const Truth& truth, const Selection& wanted) {
  Lines lines = {};
  std::map<std::map<std::string, std::string>, size_t> taken;
  for (const auto& point : truth.points) {
    if (Matches(wanted, point) && taken[point.tags]++ < wanted.limit) lines.push_back(Text(point, point.fields));
  }
  return lines;
}

struct Expectation {
  Lines lines = {};
  std::string error = {};  // part of the message; "" = none
  bool intact = true;
  DecoderOptions options = {};
};

DecoderOptions At(int64_t default_time) {
  DecoderOptions options;
  options.measurement = "m";
  options.default_time = default_time;
  return options;
}

DecoderOptions Plain(bool has_header, char delimiter = ',') {
  DecoderOptions options;
  options.default_measurement = "m";
  options.has_header = has_header;
  options.delimiter = delimiter;
  return options;
}

std::map<std::string, Expectation> Expectations(const Truth& truth) {
  const Selection cpu_first{.measurement = "cpu", .tags = {{"host", "h1"}, {"cpu", "cpu0"}}, .limit = 2};
  const std::string t0 = " @1704067200000000000";
  const std::string t10 = " @1704067210000000000";
  // Where the answer has no `#group`, tags are fields; where it has no `#datatype` either, all values are strings.
  const Lines typed{
      "cpu{} cpu=\"cpu0\" host=\"h1\" usage_idle=93.91f" + t0, "cpu{} cpu=\"cpu0\" host=\"h1\" usage_idle=18.5f" + t10,
      "cpu{} cpu=\"cpu0\" host=\"h1\" usage_user=6.09f" + t0, "cpu{} cpu=\"cpu0\" host=\"h1\" usage_user=81.5f" + t10};
  Lines untyped;
  for (const std::string& line : typed) {
    const size_t value = line.find("usage_") + 11;
    const size_t end = line.find("f @");
    untyped.push_back(line.substr(0, value) + "\"" + line.substr(value, end - value) + "\"" + line.substr(end + 1));
  }
  Lines grouped;
  for (const char* line : {"usage_idle=\"93.91\" @1704067200000000000", "usage_idle=\"18.5\" @1704067210000000000",
                           "usage_user=\"6.09\" @1704067200000000000", "usage_user=\"81.5\" @1704067210000000000"}) {
    grouped.push_back("cpu{cpu=cpu0;host=h1;} " + std::string(line));
  }
  const Lines weather_first = Unpivoted(truth, {.measurement = "weather", .limit = 1});

  std::map<std::string, Expectation> all;
  all["raw_cpu_one_series"].lines =
      Unpivoted(truth, {.measurement = "cpu", .tags = cpu_first.tags, .fields = {"usage_idle"}});
  all["raw_extremes"].lines = Unpivoted(truth, {.measurement = "extremes", .to = kAllTimes, .from = -kAllTimes});
  all["raw_sparse"].lines = Unpivoted(truth, {.measurement = "sparse"});
  all["dialect_tab"] = {Unpivoted(truth, {.measurement = "odd name,x"}), "", true, Plain(true, '\t')};
  all["dialect_datetime_rfc3339"].lines = weather_first;
  all["dialect_datetime_rfc3339nano"].lines = weather_first;
  all["pivot_rowkey_time"].lines = Pivoted(truth, {.measurement = "weather"});
  all["pivot_sparse_missing_columns"].lines = Pivoted(truth, {.measurement = "sparse"});
  all["schema_fields_as_cols"].lines = Pivoted(truth, {.measurement = "cpu", .limit = 3});
  all["group_except"].lines = Unpivoted(truth, {.measurement = "cpu", .fields = {"usage_user"}, .limit = 2});
  all["dialect_datatype_only"] = {typed, "", false};
  all["dialect_group_only"].lines = grouped;
  all["dialect_empty_object"] = {untyped, "", false};
  all["vnd_flux_plain"] = {untyped, "", false};
  // Without names no column is known to be the time.
  all["dialect_no_header_annotations"] = {{}, "neither _time nor _stop", true, Plain(false)};
  all["dialect_no_header_no_annotations"] = {{}, "neither _time nor _stop", true, Plain(false)};
  all["empty_no_measurement"] = {};
  all["aggregate_window_no_empty_count"].lines = {
      "weather{city=Berlin;station=st-1;} note=9i @1704069000000000000",
      "weather{city=Berlin;station=st-1;} note=3i @1704070800000000000",
      "weather{city=Zürich West;station=st-2;} note=8i @1704069000000000000",
      "weather{city=Zürich West;station=st-2;} note=4i @1704070800000000000",
      "weather{city=a=b;station=st,3;} note=9i @1704069000000000000",
      "weather{city=a=b;station=st,3;} note=3i @1704070800000000000"};
  all["array_from_types"] = {{"m{} b=false f=0f i=0i s=\"z\" u=0u @1704067201000000000",
                              "m{} b=true f=1.5f i=3i s=\"a,\"b\"c\" u=7u @1704067200123456789"},
                             "",
                             false,
                             Plain(true)};
  all["array_nan_inf"] = {{"m{} v=nanf @5", "m{} v=inff @5", "m{} v=-inff @5"}, "", false, At(5)};
  all["buckets_function"] = {{}, "", false, At(5)};
  for (const char* bucket :
       {"_monitoring\" retentionPeriod=604800000000000", "_tasks\" retentionPeriod=259200000000000",
        "mixed\" retentionPeriod=0", "scratch\" retentionPeriod=0", "tsma\" retentionPeriod=0",
        "tsmb\" retentionPeriod=0", "tsmc\" retentionPeriod=0", "tsmd\" retentionPeriod=0"}) {
    all["buckets_function"].lines.push_back(fmt::format("m{{}} name=\"{}i @5", bucket));
  }
  const auto names = [&](const std::string& folder, const std::vector<std::string>& values) {
    all[folder] = {{}, "", false, At(5)};
    for (const std::string& value : values) all[folder].lines.push_back(fmt::format("m{{}} _value=\"{}\" @5", value));
  };
  names("schema_measurements", {"cpu", "extremes", "odd name,x", "sparse", "weather"});
  names("schema_measurement_field_keys", {"cnt", "hum", "note", "ok", "temp"});
  names("schema_tag_keys",
        {"_start", "_stop", "_field", "_measurement", "city", "cpu", "host", "id", "station", "ta g", "ünï"});
  names("schema_tag_values", {"st,3", "st-1", "st-2"});
  // group() empties the key: what were tags are fields, and the rows of different hosts must not be taken for one
  // point's.
  all["columns_with_nulls"] = {{"weather{} city=\"Berlin\" hum=19i station=\"st-1\" temp=2.953f @1704067200000000000",
                                "weather{} city=\"Berlin\" hum=28i station=\"st-1\" temp=-5.048f @1704067320000000002",
                                "weather{} city=\"Berlin\" hum=37i station=\"st-1\" temp=24.339f @1704067380000000003",
                                "weather{} city=\"Berlin\" hum=39i station=\"st-1\" temp=-5.288f @1704067440000000004",
                                "weather{} city=\"Berlin\" hum=68i station=\"st-1\" temp=9.857f @1704067500000000005"},
                               "",
                               false};
  all["distinct_tags"] = {
      {"m{} _value=\"cpu0\" @1704153600000000000", "m{} _value=\"cpu1\" @1704153600000000000"}, "", false, Plain(true)};
  all["first_last_of_group"] = {{"cpu{host=h1;} cpu=\"cpu1\" usage_idle=90.81f @1704067790000000000",
                                 "cpu{host=h2;} cpu=\"cpu1\" usage_idle=25.43f @1704067790000000000",
                                 "cpu{host=h1;} cpu=\"cpu1\" usage_user=9.19f @1704067790000000000",
                                 "cpu{host=h2;} cpu=\"cpu1\" usage_user=74.57f @1704067790000000000"},
                                "",
                                false};
  all["join_two"] = {{"m{} a=93.91f b=6.09f" + t0, "m{} a=18.5f b=81.5f" + t10}, "", false, Plain(true)};
  const std::string mapped = "b=false f={0}f hum={0}i s=\"{0}\" t={1}i u={0}u @{1}";
  for (const auto& [tags, value, time] :
       std::vector<std::tuple<std::string, int, int64_t>>{{"city=Berlin;station=st-1;", 19, kDay},
                                                          {"city=Zürich West;station=st-2;", 12, kDay + 1111},
                                                          {"city=a=b;station=st,3;", 4, kDay + 2222}}) {
    all["map_new_column_types"].lines.push_back("weather{" + tags + "} " +
                                                fmt::format(fmt::runtime(mapped), value, time));
  }
  all["map_new_column_types"].intact = false;
  all["readback_scratch"].lines = {"m{t=a;} f=2.5f" + t0,
                                   "m{t=a;} f=9.5f @1704067200000000021",
                                   "m{} v=7i @1704067200000000032",
                                   "m{t=a;} v=1i" + t0,
                                   "m{t=a;} v=3i @1704067200000000002",
                                   "m{t=b;} v=2i @1704067200000000001",
                                   "m{t=ms;} v=1i @1704067200123000000",
                                   "m{t=oid;} v=1i @1704067200000000003",
                                   "m{t=s;} v=1i" + t0,
                                   "m{t=us;} v=1i @1704067200123456000",
                                   "m{t=zz;} v=1i @1704067200000000005",
                                   "other{} v=1i @1704067200000000022",
                                   "tc{} v=1i @1704067200000000030",
                                   "v1{t=a;} v=1i" + t0,
                                   "v1{t=b;} v=1i" + t0,
                                   "v1{t=c;} v=1i" + t0};
  all["sort_desc_limit"].intact = false;
  for (const auto& [cpu, host, value, second] : std::vector<std::tuple<int, int, double, int>>{
           {1, 1, 99.45, 330}, {1, 2, 99.43, 280}, {1, 2, 99.41, 170}, {0, 2, 98.94, 380}, {0, 2, 98.49, 430}}) {
    all["sort_desc_limit"].lines.push_back(fmt::format("cpu{{}} cpu=\"cpu{}\" host=\"h{}\" usage_user={}f @{}000000000",
                                                       cpu, host, value, 1704067200 + second));
  }
  for (const char* line :
       {"cpu0;host=h1;} usage_idle=93.91f @1704067200", "cpu0;host=h1;} usage_idle=18.5f @1704067210",
        "cpu0;host=h2;} usage_idle=10.23f @1704067200", "cpu0;host=h2;} usage_idle=17.29f @1704067210",
        "cpu0;host=h1;} usage_idle=93.91f @1704067200", "cpu0;host=h2;} usage_idle=17.29f @1704067210"}) {
    all["two_yields"].lines.push_back(fmt::format("cpu{{cpu={}000000000", line));
  }
  all["union_with_null_tags"].intact = false;
  all["union_with_null_tags"].lines = {
      "weather{} city=\"Berlin\" station=\"st-1\" temp=2.953f" + t0,
      "weather{} city=\"Zürich West\" station=\"st-2\" temp=22.851f @1704067200000001111",
      "weather{} city=\"a=b\" station=\"st,3\" temp=10.297f @1704067200000002222"};
  for (const auto& [cpu, host, idle, user] : std::vector<std::tuple<int, int, double, double>>{
           {0, 1, 93.91, 6.09}, {0, 2, 10.23, 89.77}, {1, 1, 26.01, 73.99}, {1, 2, 33.75, 66.25}}) {
    all["union_with_null_tags"].lines.push_back(
        fmt::format("cpu{{}} cpu=\"cpu{}\" host=\"h{}\" usage_idle={}f{}", cpu, host, idle, t0));
    all["union_with_null_tags"].lines.push_back(
        fmt::format("cpu{{}} cpu=\"cpu{}\" host=\"h{}\" usage_user={}f{}", cpu, host, user, t0));
  }
  for (const char* line :
       {"cpu0;host=h1;} usage_idle=93.91f @1704067200", "cpu1;host=h1;} usage_idle=26.01f @1704067200",
        "cpu0;host=h1;} usage_idle=29.05f @1704067500", "cpu1;host=h1;} usage_idle=6.19f @1704067500"}) {
    all["window_two_tables"].lines.push_back(fmt::format("cpu{{cpu={}000000000", line));
  }
  for (const char* folder : {"first_yield_good", "group_station", "no_annotations", "schema_collision"}) {
    all[fmt::format("error_midstream_200_{}", folder)].error = "schema collision: cannot group unsigned and";
  }
  for (auto& [folder, expectation] : all) std::sort(expectation.lines.begin(), expectation.lines.end());
  return all;
}

class RecordedAnswers : public ::testing::Test {
 protected:
  /// "" when the body decodes as expected in pieces of any size.
  std::string Disagreement(const std::string& body, const Expectation& expected) {
    for (const size_t piece : {body.size() + 1, size_t{1}, size_t{7}, size_t{100}}) {
      const Decoded decoded = Decode(body, piece, expected.options);
      if (!expected.error.empty()) {
        if (decoded.status.ok()) return "it is an error, but decoded well";
        if (decoded.status.error().message().find(expected.error) == std::string::npos)
          return decoded.status.error().message();
        continue;
      }
      if (!decoded.status.ok()) return decoded.status.error().message();
      if (!decoded.ended) return "the closing empty line was not seen";
      if (decoded.lines != expected.lines) return Difference(decoded.lines, expected.lines);
      if (!decoded.lines.empty() && decoded.intact != expected.intact) return "series_intact is wrong";
    }
    return "";
  }

  static std::string Difference(const Lines& got, const Lines& wanted) {
    Lines only;
    std::set_symmetric_difference(got.begin(), got.end(), wanted.begin(), wanted.end(), std::back_inserter(only));
    return fmt::format("{} rows instead of {}; in one only: {}", got.size(), wanted.size(),
                       only.empty() ? "" : only.front());
  }
};

TEST_F(RecordedAnswers, GiveTheRowsThatWereWrittenOrTheServersError) {
  const auto flux = firn::testing::FixtureFolder("influxdb2/flux");
  FIRN_SKIP_WITHOUT_FIXTURES(flux);
  const auto expectations = Expectations(ReadTruth(ReadFile(flux.parent_path() / "mixed.lp")));
  size_t agree = 0;
  size_t without_expectation = 0;
  size_t differ = 0;
  for (const auto& folder : std::filesystem::directory_iterator(flux)) {
    const std::string name = folder.path().filename();
    const bool is_answer = ReadFile(folder.path() / "response.headers").find(" 200 ") < 16;
    std::vector<std::string> bodies{ReadFile(folder.path() / "response.body")};
    // The server answers short bodies uncompressed even where gzip is accepted.
    const std::string second = ReadFile(folder.path() / "response.gzip.body");
    const bool is_compressed =
        ReadFile(folder.path() / "response.gzip.headers").find("Content-Encoding: gzip") != std::string::npos;
    if (!second.empty()) bodies.push_back(is_compressed ? Gunzip(second) : second);
    for (const std::string& body : bodies) {
      const auto expected = expectations.find(name);
      std::string problem;
      if (!is_answer) {  // a JSON error: nothing of it may become a row
        const Decoded decoded = Decode(body, body.size() + 1, At(5));
        if (decoded.status.ok() || !decoded.lines.empty()) problem = "an HTTP error's body was taken for an answer";
      } else if (expected != expectations.end()) {
        problem = Disagreement(body, expected->second);
      } else {
        ++without_expectation;
        const Decoded decoded = Decode(body, 64, At(5));
        const bool is_error = name.starts_with("error_");
        if (decoded.status.ok() == is_error) problem = is_error ? "no error" : decoded.status.error().message();
      }
      problem.empty() ? ++agree : ++differ;
      EXPECT_EQ(problem, "") << name;
    }
  }
  std::cout << fmt::format(
      "influxdb2/flux: {} agree (of which {} without rows to compare), 0 differ on purpose, {} differ\n", agree,
      without_expectation, differ);
}

}  // namespace
}  // namespace firn::influx_csv
