#include "formats/line_protocol/writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "formats/line_protocol/parser.h"
#include "point/batch_builder.h"
#include "point/row.h"

namespace firn::line_protocol {
namespace {

std::string Float(double value) {
  std::string text;
  AppendFloat(value, text);
  return text;
}

std::vector<point::Batch> Points(std::string_view text) {
  LineProtocolParser parser({});
  ParseErrors errors;
  auto batches = parser.Parse(text, 0, errors);
  EXPECT_TRUE(errors.empty()) << errors.Message();
  return batches;
}

std::string Written(const std::vector<point::Batch>& batches, const WriterOptions& options, WriteReport& report) {
  std::string out;
  for (const point::Batch& batch : batches) WriteBatch(batch, options, out, report);
  return out;
}

TEST(LineProtocolWriter, WritesShortestDecimalsWithoutExponent) {
  EXPECT_EQ(Float(0.1), "0.1");
  EXPECT_EQ(Float(100000), "100000");
  EXPECT_EQ(Float(-0.0), "-0");
  EXPECT_EQ(Float(1e-7), "0.0000001");
  EXPECT_EQ(Float(1e23), "100000000000000000000000");
  EXPECT_EQ(Float(-123.456), "-123.456");
  for (const double value : {5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 0.1 + 0.2, 1e21, 123456789.125}) {
    EXPECT_EQ(Points("m v=" + Float(value))[0].fields[0].float64s()[0], value);
  }
}

TEST(LineProtocolWriter, WritesNoMoreDigitsThanTheValueNeeds) {
  // Whichever way they are written, the digits are those of the shortest scientific form.
  const auto digits = [](std::string text) {
    text = text.substr(0, text.find('e'));
    std::erase_if(text, [](char c) { return c == '.' || c == '-'; });
    text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
    while (text.ends_with('0')) text.pop_back();
    return text;
  };
  std::mt19937_64 engine(11);
  for (int i = 0; i < 200'000; ++i) {
    const auto number = static_cast<double>(static_cast<int64_t>(engine()) >> (engine() % 64));
    constexpr double kUnits[] = {1, 10, 100, 1'000, 1e5, 1e14};
    const double value = i % 4 == 0 ? std::bit_cast<double>(engine()) : number / kUnits[engine() % std::size(kUnits)];
    if (!std::isfinite(value)) continue;
    const std::string text = Float(value);
    ASSERT_EQ(digits(text), digits(fmt::format("{}", value)));
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
    ASSERT_EQ(text.find('e'), std::string::npos);
  }
}

TEST(LineProtocolWriter, WritesWhatReadsBackAsItWas) {
  const std::string text =
      "we\\ ird\\,m=x,a\\ b=c\\ d,ta\\ g=v\\,a\\=l\\x b=true,f\\ "
      "i\\,e\\=ld=\"q\\\"uo\\\\te\",i=-9223372036854775808i,nl=\"1\n2\","
      "u=18446744073709551615u 1700000000123456789\n";
  WriterOptions options;
  options.unsigned_integers = true;
  WriteReport report;
  EXPECT_EQ(Written(Points(text), options, report), text);
  EXPECT_EQ(report.losses(), 0u);
  EXPECT_EQ(report.lines, 1u);
}

TEST(LineProtocolWriter, FloorsTimesToItsUnit) {
  WriterOptions options;
  options.precision_ns = 1'000;
  WriteReport report;
  EXPECT_EQ(Written(Points("m v=1i 1999\nm v=1i -1\n"), options, report), "m v=1i 1\nm v=1i -1\n");
}

TEST(LineProtocolWriter, SplitsLongPointsAndLeavesOutWhatCannotFit) {
  WriterOptions options;
  options.max_line_bytes = 20;
  WriteReport report;
  EXPECT_EQ(Written(Points("m,t=a v=1i,w=2i,x=3i 1\nm,t=a s=\"0123456789\" 2\n"), options, report),
            "m,t=a v=1i,w=2i 1\nm,t=a x=3i 1\n");
  EXPECT_EQ(report.points_left_out, 1u);
}

TEST(LineProtocolWriter, ReportsWhatHasNoText) {
  point::BatchBuilder builder;
  const point::Tag tags[] = {{"ends\\", "v"}, {"gone", "\\\\"}};
  const point::Field fields[] = {{"nan", std::nan("")}, {"ok", int64_t{1}}};
  builder.Add("#m\n", tags, fields, 5);
  const point::Field only_nan[] = {{"nan", std::numeric_limits<double>::infinity()}};
  builder.Add("#m\n", {}, only_nan, 6);
  WriteReport report;
  EXPECT_EQ(Written(builder.Take(), {}, report), "_m\\n,ends=v ok=1i 5\n");
  EXPECT_EQ(report.values_left_out, 2u);
  EXPECT_EQ(report.points_left_out, 1u);
  EXPECT_EQ(report.tags_left_out, 1u);
  EXPECT_EQ(report.names_changed, 3u);
}

TEST(LineProtocolWriter, ReportsAChangedFieldName) {
  WriteReport report;
  EXPECT_EQ(Written(Points("m a\\\nb=1i 1\nm a\\\nb=2i 2\n"), {}, report), "m a\\\\nb=1i 1\nm a\\\\nb=2i 2\n");
  EXPECT_EQ(report.names_changed, 1u);
}

}  // namespace
}  // namespace firn::line_protocol
