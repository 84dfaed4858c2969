#include "filters/filter.h"

#include <gtest/gtest.h>

#include "config/toml.h"
#include "point/batch_builder.h"
#include "point/row.h"

namespace firn::filters {
namespace {

/// The filter that a plugin's table asks for.
Result<std::shared_ptr<const Filter>> FilterOf(std::string_view toml) {
  config::Diagnostics diagnostics;
  const auto table = config::ParseToml(toml, "t.conf", diagnostics);
  EXPECT_TRUE(table);
  FIRN_ASSIGN(const config::CommonProcessorOptions options, config::CommonProcessorSchema().Bind(*table, diagnostics));
  return Filter::Make(options.filter);
}

/// Rows of `m` on hosts a, b, c in regions eu, us, none; `x` everywhere, `y` on a only.
point::Batch Sample() {
  point::BatchBuilder builder;
  const auto add = [&](std::vector<point::Tag> tags, std::vector<point::Field> fields, int64_t time) {
    builder.Add("m", tags, fields, time);
  };
  add({{"host", "a"}, {"region", "eu"}}, {{"x", int64_t{1}}, {"y", 0.5}}, 1);
  add({{"host", "b"}, {"region", "us"}}, {{"x", int64_t{2}}}, 2);
  add({{"host", "c"}}, {{"x", int64_t{3}}}, 3);
  return std::move(builder.Take().at(0));
}

std::string Apply(std::string_view toml) {
  const auto filter = FilterOf(toml);
  EXPECT_TRUE(filter.ok());
  return point::ToText((*filter)->Apply(Sample()));
}

const std::string kA = "m{host=a,region=eu} x=1i y=0.5f @1\n";
const std::string kB = "m{host=b,region=us} x=2i @2\n";
const std::string kC = "m{host=c} x=3i @3\n";

TEST(FilterTest, TakesEverythingWithoutOptions) {
  EXPECT_EQ(Apply(""), kA + kB + kC);
  EXPECT_TRUE((*FilterOf(""))->IsTransparent());
}

TEST(FilterTest, SelectsMeasurementsPassFirstThenDrop) {
  EXPECT_EQ(Apply(R"(namepass = ["m*"])"), kA + kB + kC);
  EXPECT_EQ(Apply(R"(namepass = ["n*"])"), "");
  EXPECT_EQ(Apply(R"(namepass = ["*"]
namedrop = ["m"])"),
            "");
}

TEST(FilterTest, SelectsByAnyOfTheTags) {
  EXPECT_EQ(Apply(R"(tagpass = { host = ["a", "c*"] })"), kA + kC);
  EXPECT_EQ(Apply(R"(tagpass = { host = ["c"], region = ["us"] })"), kB + kC);
  EXPECT_EQ(Apply(R"(tagdrop = { host = ["a"] })"), kB + kC);
  EXPECT_EQ(Apply(R"(tagpass = { host = ["a", "b"] }
tagdrop = { region = ["eu"] })"),
            kB);
}

TEST(FilterTest, MissingTagFailsTagpass) {
  EXPECT_EQ(Apply(R"(tagpass = { region = ["*"] })"), kA + kB);
}

TEST(FilterTest, DropsRowsLeftWithoutFields) {
  EXPECT_EQ(Apply(R"(fieldinclude = ["y"])"), "m{host=a,region=eu} y=0.5f @1\n");
  EXPECT_EQ(Apply(R"(fieldexclude = ["x", "y"])"), "");
  EXPECT_EQ(Apply(R"(fieldinclude = ["*"]
fieldexclude = ["y"])"),
            "m{host=a,region=eu} x=1i @1\n" + kB + kC);
}

TEST(FilterTest, DroppingTagsBreaksTheSeries) {
  const auto filter = FilterOf(R"(tagexclude = ["h*"])");
  const point::Batch batch = (*filter)->Apply(Sample());
  EXPECT_EQ(point::ToText(batch), "m{region=eu} x=1i y=0.5f @1\nm{region=us} x=2i @2\nm{} x=3i @3\n");
  EXPECT_FALSE(batch.series_intact);
}

TEST(FilterTest, DroppingTagsThatAreNotThereLeavesTheSeriesIntact) {
  const auto filter = FilterOf(R"(tagexclude = ["other"])");
  EXPECT_TRUE((*filter)->Apply(Sample()).series_intact);
}

TEST(FilterTest, KeepsIncludedTagsOnly) {
  EXPECT_EQ(Apply(R"(taginclude = ["host"])"), "m{host=a} x=1i y=0.5f @1\nm{host=b} x=2i @2\n" + kC);
}

TEST(FilterTest, SplitHandsOnWhatIsNotTaken) {
  const auto filter = FilterOf(R"(tagpass = { host = ["b"] })");
  const Filter::Parts parts = (*filter)->Split(Sample());
  EXPECT_EQ(point::ToText(parts.taken), kB);
  EXPECT_EQ(point::ToText(parts.passed_by), kA + kC);
}

TEST(FilterTest, NamesTheOptionWithABadGlob) {
  const auto filter = FilterOf(R"(namepass = ["[a"])");
  ASSERT_FALSE(filter.ok());
  EXPECT_EQ(filter.error().kind(), ErrorKind::kInvalidConfig);
  EXPECT_EQ(filter.error().message(), "option 'namepass': pattern \"[a\" ends too early");
}

TEST(FilterTest, RefusesMetricpass) {
  const auto filter = FilterOf(R"(metricpass = "name == 'x'")");
  ASSERT_FALSE(filter.ok());
  EXPECT_EQ(filter.error().kind(), ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace firn::filters
