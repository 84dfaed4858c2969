#include "config/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/toml.h"

namespace firn::config {
namespace {

using std::chrono::nanoseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

enum class Method { kGet, kPost };

struct Replace {
  std::string field;
  std::string dest;
};

struct Tls {
  std::string ca_file;
  bool insecure = false;
};

struct Options {
  std::vector<std::string> files;
  std::optional<nanoseconds> interval;
  nanoseconds timeout = std::chrono::seconds(5);
  uint64_t max_body = 32 << 20;
  uint16_t port = 8086;
  double factor = 1.0;
  Method method = Method::kGet;
  config::Secret token;
  std::vector<Replace> replace;
  std::optional<Tls> nested;
  Tls tls;
  config::StringMap headers;
  std::vector<int64_t> codes = {200};
};

Schema<Tls> TlsSchema() {
  Schema<Tls> schema("tls", "Transport security.");
  schema.String("ca_file", &Tls::ca_file, "Authority.")
      .Bool("insecure", &Tls::insecure, "Checks nothing.")
      .Check([](const Tls& tls) -> Status {
        if (tls.insecure && !tls.ca_file.empty()) return InvalidConfig("'insecure' and 'ca_file' exclude each other");
        return OkStatus();
      });
  return schema;
}

Schema<Options> OptionsSchema() {
  using T = Options;
  Schema<Replace> replace("replace", "One rule.");
  replace.String("field", &Replace::field, "Old name.").Required().String("dest", &Replace::dest, "New name.");
  Schema<T> schema("inputs.x", "A plugin.");
  schema.StringList("files", &T::files, "Paths.")
      .Required()
      .Duration("interval", &T::interval, "How often.")
      .Duration("timeout", &T::timeout, "How long.")
      .Size("max_body", &T::max_body, "How much.")
      .Integer("port", &T::port, "Where.")
      .Range(1, 9000)
      .Float("factor", &T::factor, "How many times.")
      .Enum("method", &T::method, {{"GET", Method::kGet}, {"POST", Method::kPost}}, "How.")
      .Secret("token", &T::token, "Who.")
      .Tables("replace", &T::replace, replace, "Rules.")
      .Table("nested", &T::nested, TlsSchema(), "A sub-table.")
      .Include(&T::tls, TlsSchema())
      .StringMap("headers", &T::headers, "Headers.")
      .IntegerList("codes", &T::codes, "Good answers.")
      .Deprecated("use 'success_codes'");
  return schema;
}

std::vector<std::string> Problems(const std::string& toml) {
  Diagnostics diagnostics;
  const std::optional<Table> table = ParseToml(toml, "t.conf", diagnostics);
  if (table) (void)OptionsSchema().Bind(*table, diagnostics);
  std::vector<std::string> texts;
  for (const Diagnostics::Entry& entry : diagnostics.entries()) texts.push_back(entry.ToString());
  return texts;
}

TEST(SchemaTest, BindsEveryKindOfOption) {
  Diagnostics diagnostics;
  const auto table = ParseToml(R"(
files = ["a", "b"]
interval = "1h30m"
timeout = 7
max_body = "50MB"
port = 80
factor = 2.5
method = "POST"
token = "t0p"
insecure = true
[headers]
z = "1"
a = "2"
[[replace]]
field = "x"
dest = "y"
[[replace]]
field = "z"
[nested]
ca_file = "c"
)",
                               "t.conf", diagnostics);
  ASSERT_TRUE(table);
  const Result<Options> bound = OptionsSchema().Bind(*table, diagnostics);
  ASSERT_TRUE(bound.ok()) << diagnostics.ToStatus().error().message();
  EXPECT_THAT(bound->files, ElementsAre("a", "b"));
  EXPECT_EQ(bound->interval, std::chrono::minutes(90));
  EXPECT_EQ(bound->timeout, std::chrono::seconds(7));
  EXPECT_EQ(bound->max_body, 50'000'000u);
  EXPECT_EQ(bound->port, 80);
  EXPECT_EQ(bound->factor, 2.5);
  EXPECT_EQ(bound->method, Method::kPost);
  EXPECT_EQ(bound->token.Reveal(), "t0p");
  EXPECT_TRUE(bound->tls.insecure);
  EXPECT_THAT(bound->headers, ElementsAre(Pair("z", "1"), Pair("a", "2")));
  ASSERT_EQ(bound->replace.size(), 2u);
  EXPECT_EQ(bound->replace[1].field, "z");
  ASSERT_TRUE(bound->nested);
  EXPECT_EQ(bound->nested->ca_file, "c");
  EXPECT_THAT(bound->codes, ElementsAre(200));
}

TEST(SchemaTest, KeepsDefaultsOfWhatIsNotWritten) {
  Diagnostics diagnostics;
  const auto table = ParseToml("files = []", "t.conf", diagnostics);
  const Result<Options> bound = OptionsSchema().Bind(*table, diagnostics);
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->timeout, std::chrono::seconds(5));
  EXPECT_FALSE(bound->interval);
  EXPECT_FALSE(bound->nested);
}

TEST(SchemaTest, ReportsAllProblemsWithTheirPlaces) {
  EXPECT_THAT(
      Problems("files = \"a\"\nprot = 1\nmethod = \"PSOT\"\n[[replace]]\ndest = 5\n"),
      ElementsAre("t.conf:2:1: error: inputs.x: unknown option 'prot'; did you mean 'port'?",
                  "t.conf:1:9: error: inputs.x: option 'files' must be a list of strings, not a string",
                  "t.conf:3:10: error: inputs.x: option 'method' must be one of \"GET\", \"POST\", not \"PSOT\"; "
                  "did you mean \"POST\"?",
                  "t.conf:4:1: error: inputs.x.replace: option 'field' (string) is required",
                  "t.conf:5:8: error: inputs.x.replace: option 'dest' must be a string, not an integer"));
}

TEST(SchemaTest, ReportsMissingRequiredOption) {
  EXPECT_THAT(Problems("port = 1"), ElementsAre(HasSubstr("option 'files' (list of strings) is required")));
}

TEST(SchemaTest, ReportsValuesOutOfRange) {
  EXPECT_THAT(Problems("files=[]\nport = 0"), ElementsAre(HasSubstr("'port' must be between 1 and 9000, not 0")));
  EXPECT_THAT(Problems("files=[]\nmax_body = \"3 lots\""), ElementsAre(HasSubstr("no size: \"3 lots\"")));
  EXPECT_THAT(Problems("files=[]\ntimeout = \"ten\""), ElementsAre(HasSubstr("'timeout' is no duration: \"ten\"")));
}

TEST(SchemaTest, RefusesIntegerForFloatAsTelegrafDoes) {
  EXPECT_THAT(Problems("files=[]\nfactor = 2"), ElementsAre(HasSubstr("'factor' must be a float (2.0, not 2)")));
}

TEST(SchemaTest, WarnsOfDeprecatedOption) {
  EXPECT_THAT(Problems("files=[]\ncodes = [1]"),
              ElementsAre("t.conf:2:1: warning: inputs.x: option 'codes' is deprecated: use 'success_codes'"));
}

TEST(SchemaTest, ChecksRulesBetweenOptionsAtTheTable) {
  EXPECT_THAT(Problems("files=[]\n[nested]\ninsecure = true\nca_file = \"x\""),
              ElementsAre("t.conf:2:1: error: inputs.x.nested: 'insecure' and 'ca_file' exclude each other"));
}

TEST(SchemaTest, HintsAtOptionsBelowTheHeaderOfASubTable) {
  EXPECT_THAT(Problems("files=[]\n[headers]\na = \"1\"\nlist = [\"x\"]"),
              ElementsAre(HasSubstr("'headers' must hold strings, but 'list' is a list (what stands below")));
}

TEST(SchemaTest, DescribesOptionsWithTypesAndDefaults) {
  const SchemaInfo& info = OptionsSchema().Describe();
  const auto find = [&](std::string_view name) -> OptionInfo {
    for (const OptionInfo& option : info.options) {
      if (option.name == name) return option;
    }
    return {};
  };
  EXPECT_EQ(find("timeout").default_value, "\"5s\"");
  EXPECT_EQ(find("max_body").default_value, "\"32MiB\"");
  EXPECT_EQ(find("port").default_value, "8086");
  EXPECT_EQ(find("interval").default_value, "");
  EXPECT_EQ(find("method").default_value, "\"GET\"");
  EXPECT_EQ(find("method").type, "one of \"GET\", \"POST\"");
  EXPECT_EQ(find("codes").default_value, "[200]");
  EXPECT_TRUE(find("files").required);
  EXPECT_EQ(find("replace").children.size(), 2u);
}

TEST(SecretTest, NeverFormatsItsText) {
  EXPECT_EQ(fmt::format("{}", Secret("hidden")), "***");
  EXPECT_EQ(FormatValue(Secret("hidden")), "\"***\"");
}

TEST(DurationTest, ReadsTelegrafsForms) {
  const auto ns = [](std::string_view text) { return ParseDuration(text).value_or(nanoseconds(-1)).count(); };
  EXPECT_EQ(ns("10s"), 10'000'000'000);
  EXPECT_EQ(ns("1h30m"), 5'400'000'000'000);
  EXPECT_EQ(ns("1d"), 86'400'000'000'000);
  EXPECT_EQ(ns("1.5h"), 5'400'000'000'000);
  EXPECT_EQ(ns("0.1s"), 100'000'000);
  EXPECT_EQ(ns("100us"), 100'000);
  EXPECT_EQ(ns("7\u00b5s"), 7'000);
  EXPECT_EQ(ns("10"), 10'000'000'000);
  EXPECT_EQ(ns(""), 0);
  EXPECT_EQ(ns("-2s"), -2'000'000'000);
  for (const char* bad : {"ten", "s", "1x", "1s5", "-", ".", "300y", "9999999h", "99999999999999999999s"}) {
    EXPECT_FALSE(ParseDuration(bad).ok()) << bad;
  }
}

TEST(SizeTest, ReadsPowersOf1000And1024) {
  EXPECT_EQ(ParseSize("32MiB").value_or(0), 33'554'432u);
  EXPECT_EQ(ParseSize("50MB").value_or(0), 50'000'000u);
  EXPECT_EQ(ParseSize("60B").value_or(0), 60u);
  EXPECT_EQ(ParseSize("1.5 kb").value_or(0), 1'500u);
  EXPECT_EQ(ParseSize("100").value_or(0), 100u);
  for (const char* bad : {"", "MB", "-1", "1XB", "99999999PiB"}) EXPECT_FALSE(ParseSize(bad).ok()) << bad;
}

TEST(NearestWordTest, FindsSlipsAndLeavesStrangersAlone) {
  EXPECT_EQ(NearestWord("fiels", {"files", "interval"}), "files");
  EXPECT_EQ(NearestWord("intervall", {"files", "interval"}), "interval");
  EXPECT_EQ(NearestWord("bogus", {"files", "interval"}), "");
}

TEST(TomlTest, KeepsOrderAndPositions) {
  Diagnostics diagnostics;
  const auto table = ParseToml("\xEF\xBB\xBFz = 1\r\na = 2\r\n[m]\r\nk = 'v'\r\n", "t.conf", diagnostics);
  ASSERT_TRUE(table);
  ASSERT_EQ(table->entries.size(), 3u);
  EXPECT_EQ(table->entries[0].key, "z");
  EXPECT_EQ(table->entries[1].position.ToString(), "t.conf:2:1");
  EXPECT_EQ(table->entries[2].value.table()->entries[0].value.position.ToString(), "t.conf:4:5");
}

TEST(TomlTest, ReportsSyntaxErrorWithItsPlace) {
  Diagnostics diagnostics;
  EXPECT_FALSE(ParseToml("a = 1\nb = ${X}\n", "t.conf", diagnostics));
  ASSERT_EQ(diagnostics.entries().size(), 1u);
  EXPECT_THAT(diagnostics.entries()[0].ToString(), HasSubstr("t.conf:2:5: error: "));
}

}  // namespace
}  // namespace firn::config
