// The recorded corpus of the reference decoder and encoder, against the dialect that follows it and against Firn's own.
#include <gtest/gtest.h>

#include <bit>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "formats/line_protocol/parser.h"
#include "formats/line_protocol/writer.h"
#include "point/batch_builder.h"
#include "point/row.h"
#include "shared_fixtures.h"

namespace firn::line_protocol {
namespace {

using Json = nlohmann::json;

std::string FromBase64(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) continue;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    if ((count += 6) < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xff);
  }
  return out;
}

/// A JSON string, or {"binary": BASE64}.
std::string BytesOf(const Json& json) {
  return json.is_string() ? json.get<std::string>() : FromBase64(json.at("binary").get<std::string>());
}

int64_t PrecisionOf(const std::string& text) {
  if (text == "1ns") return 1;
  if (text == "1ms") return 1'000'000;
  if (text == "1s") return 1'000'000'000;
  return 1'000;  // written with a micro sign
}

std::string ValueText(const point::FieldValue& value) {
  struct Visitor {
    std::string operator()(double v) const { return "f" + std::to_string(std::bit_cast<uint64_t>(v)); }
    std::string operator()(int64_t v) const { return "i" + std::to_string(v); }
    std::string operator()(uint64_t v) const { return "u" + std::to_string(v); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::string_view v) const { return "s" + std::string(v); }
  };
  return std::visit(Visitor{}, value);
}

std::string ValueText(const Json& value) {
  if (value.contains("int")) return ValueText(point::FieldValue(value["int"].get<int64_t>()));
  if (value.contains("uint")) return ValueText(point::FieldValue(value["uint"].get<uint64_t>()));
  if (value.contains("bool")) return ValueText(point::FieldValue(value["bool"].get<bool>()));
  if (value.contains("float")) return ValueText(point::FieldValue(value["float"].get<double>()));
  const std::string text = BytesOf(value.at("string"));
  return ValueText(point::FieldValue(std::string_view(text)));
}

using Parts = std::vector<std::string>;

/// A point as lines of text: order of fields does not count, nor that of tags.
Parts Describe(std::string name, Parts tags, Parts fields, int64_t time) {
  std::sort(tags.begin(), tags.end());
  std::sort(fields.begin(), fields.end());
  Parts all = {std::move(name), std::to_string(time), "tags"};
  all.insert(all.end(), tags.begin(), tags.end());
  all.emplace_back("fields");
  all.insert(all.end(), fields.begin(), fields.end());
  return all;
}

std::vector<Parts> PointsOf(const Json& result) {
  std::vector<Parts> points;
  for (const Json& point : result) {
    Parts tags, fields;
    for (const Json& tag : point.value("tags", Json::array()))
      tags.push_back(BytesOf(tag["key"]) + "=" + BytesOf(tag["value"]));
    for (const Json& field : point["fields"]) fields.push_back(BytesOf(field["key"]) + "=" + ValueText(field["value"]));
    points.push_back(Describe(BytesOf(point["name"]), tags, fields, point["time"].get<int64_t>()));
  }
  std::sort(points.begin(), points.end());
  return points;
}

std::vector<Parts> PointsOf(const std::vector<point::Batch>& batches) {
  std::vector<Parts> points;
  for (const point::Batch& batch : batches) {
    for (size_t row = 0; row < batch.rows(); ++row) {
      const point::RowRef ref(batch, row);
      Parts tags, fields;
      for (const point::Tag& tag : ref.tags()) tags.push_back(std::string(tag.key) + "=" + std::string(tag.value));
      for (const point::Field& field : ref.fields())
        fields.push_back(std::string(field.name) + "=" + ValueText(field.value));
      points.push_back(Describe(std::string(ref.measurement()), tags, fields, ref.time()));
    }
  }
  std::sort(points.begin(), points.end());
  return points;
}

struct Case {
  std::string key;
  std::string text;
  int64_t default_time = 0;
  int64_t precision = 1;
  std::optional<std::vector<Parts>> points;  // nothing: the text must be refused
};

std::vector<Case> LoadDecodeCases() {
  std::vector<Case> cases;
  const auto folder = firn::testing::FixtureFolder("line_protocol");
  if (folder.empty()) return cases;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    std::ifstream stream(file.path());
    const Json corpus = Json::parse(stream);
    for (const auto& [key, entry] : corpus.at("decode").items()) {
      Case& made = cases.emplace_back();
      made.key = key;
      made.text = BytesOf(entry["input"]["text"]);
      made.precision = PrecisionOf(entry["input"]["precision"].get<std::string>());
      // The reference truncates it itself; here the caller does.
      const auto default_time = entry["input"]["defaultTime"].get<int64_t>();
      made.default_time = default_time - default_time % made.precision;
      if (entry["output"].contains("result")) made.points = PointsOf(entry["output"]["result"]);
    }
  }
  return cases;
}

struct Outcome {
  bool refused = false;
  std::vector<Parts> points;
  ParseErrors errors;
};

Outcome RunCase(const Case& a_case, const Dialect& dialect) {
  ParserOptions options;
  options.dialect = dialect;
  options.precision_ns = a_case.precision;
  LineProtocolParser parser(options);
  Outcome outcome;
  outcome.points = PointsOf(parser.Parse(a_case.text, a_case.default_time, outcome.errors));
  outcome.refused = !outcome.errors.empty();
  return outcome;
}

bool Agrees(const Case& a_case, const Dialect& dialect) {
  const Outcome outcome = RunCase(a_case, dialect);
  return a_case.points ? !outcome.refused && outcome.points == *a_case.points : outcome.refused;
}

/// Why Firn's dialect means to answer otherwise than the reference decoder; "" when it does not. A reason holds when
/// the case agrees as soon as that one rule is taken over from the reference.
using Reason = std::string (*)(const Case&);
std::string ReasonOfFirn(const Case& a_case) {
  Dialect dialect = Dialect::Firn();
  dialect.control_bytes = false;
  if (Agrees(a_case, dialect)) return "control bytes in names and comments are taken, as InfluxDB's server does";
  dialect = Dialect::Firn();
  dialect.names_are_utf8 = true;
  if (Agrees(a_case, dialect)) return "names need not be UTF-8, as in InfluxDB's server";
  dialect = Dialect::Firn();
  dialect.string_escapes = StringEscapes::kControls;
  if (Agrees(a_case, dialect)) return "a backslash before n, r or t in a string stays, as in InfluxDB's server";
  return "";
}

void Compare(const Dialect& dialect, const char* name, Reason reason_of) {
  const std::vector<Case> cases = LoadDecodeCases();
  if (cases.empty()) GTEST_SKIP() << "recorded cases are absent: set FIRN_SHARED";
  size_t agreed = 0;
  std::map<std::string, size_t> on_purpose;
  size_t differ = 0;
  for (const Case& a_case : cases) {
    if (Agrees(a_case, dialect)) {
      ++agreed;
      continue;
    }
    const std::string reason = reason_of(a_case);
    if (!reason.empty()) {
      ++on_purpose[reason];
      continue;
    }
    ++differ;
    ADD_FAILURE() << a_case.key << ": " << Json(a_case.text).dump(-1, ' ', true, Json::error_handler_t::replace)
                  << "\n  " << (a_case.points ? "is a point to the reference" : "is refused by the reference")
                  << ", here: " << RunCase(a_case, dialect).errors.Message();
  }
  size_t purposes = 0;
  for (const auto& [reason, count] : on_purpose) purposes += count;
  std::printf("[conformance] line_protocol/decode (%s): %zu agreed, %zu differ on purpose, %zu differ\n", name, agreed,
              purposes, differ);
  for (const auto& [reason, count] : on_purpose) std::printf("  %zu: %s\n", count, reason.c_str());
}

TEST(Corpus, ReferenceDialectAgrees) {
  Compare(Dialect::Reference(), "reference dialect", [](const Case&) { return std::string(); });
}

TEST(Corpus, FirnsDialectDiffersOnlyByItsRules) {
  Compare(Dialect::Firn(), "Firn's dialect", ReasonOfFirn);
}

point::FieldValue ValueOf(const Json& value, std::string& text) {
  if (value.contains("int")) return value["int"].get<int64_t>();
  if (value.contains("uint")) return value["uint"].get<uint64_t>();
  if (value.contains("bool")) return value["bool"].get<bool>();
  if (value.contains("float")) return value["float"].get<double>();
  text = BytesOf(value.at("string"));
  return std::string_view(text);
}

/// The point of an encoder's case as a batch.
std::vector<point::Batch> BatchOf(const Json& json) {
  std::vector<std::string> texts;
  texts.reserve(2 * json.value("tags", Json::array()).size() + 2 * json["fields"].size());
  const auto keep = [&](const Json& text) { return std::string_view(texts.emplace_back(BytesOf(text))); };
  std::vector<point::Tag> tags;
  const Json tag_list = json.value("tags", Json::array());
  for (const Json& tag : tag_list) tags.push_back({keep(tag["key"]), keep(tag["value"])});
  std::vector<point::Field> fields;
  for (const Json& field : json["fields"]) {
    const std::string_view name = keep(field["key"]);
    fields.push_back({name, ValueOf(field["value"], texts.emplace_back())});
  }
  point::BatchBuilder builder;
  builder.Add(BytesOf(json["name"]), tags, fields, json["time"].get<int64_t>());
  return builder.Take();
}

/// Floats may be spelled otherwise (the reference uses exponents), so what counts is what a line says.
TEST(Corpus, WriterSaysWhatTheReferenceEncoderSays) {
  const auto folder = firn::testing::FixtureFolder("line_protocol");
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  size_t agreed = 0, on_purpose = 0, differ = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    std::ifstream stream(file.path());
    const Json corpus = Json::parse(stream);
    const Json encode = corpus.value("encode", Json::object());
    for (const auto& [key, entry] : encode.items()) {
      const Json& input = entry["input"];
      WriterOptions options;
      options.unsigned_integers = true;
      options.precision_ns = PrecisionOf(input["precision"].get<std::string>());
      std::string written;
      WriteReport report;
      for (const point::Batch& batch : BatchOf(input["point"])) WriteBatch(batch, options, written, report);
      if (!entry["output"].contains("result")) {
        // The reference refuses the point; here what has no text is left out, and an empty tag is no tag.
        ++on_purpose;
        continue;
      }
      Case ours{key, written, 0, options.precision_ns, std::nullopt};
      Case theirs{key, BytesOf(entry["output"]["result"]), 0, options.precision_ns, std::nullopt};
      const Outcome a = RunCase(ours, Dialect::Firn());
      const Outcome b = RunCase(theirs, Dialect::Firn());
      if (!a.refused && !b.refused && a.points == b.points) {
        ++agreed;
        continue;
      }
      ++differ;
      ADD_FAILURE() << key << ": wrote " << written << "the reference " << theirs.text;
    }
  }
  std::printf("[conformance] line_protocol/encode: %zu agreed, %zu differ on purpose, %zu differ\n", agreed, on_purpose,
              differ);
}

}  // namespace
}  // namespace firn::line_protocol
