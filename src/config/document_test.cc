#include "config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

struct Loaded {
  Document document;
  std::vector<std::string> problems;
};

Loaded Load(const std::vector<std::string>& texts, LoadOptions options = {}) {
  std::vector<SourceFile> files;
  for (size_t i = 0; i < texts.size(); ++i) files.push_back({std::to_string(i) + ".conf", texts[i]});
  Diagnostics diagnostics;
  Loaded loaded{LoadDocument(files, options, diagnostics), {}};
  for (const Diagnostics::Entry& entry : diagnostics.entries()) loaded.problems.push_back(entry.ToString());
  return loaded;
}

std::vector<std::string> NamesOf(const Document& document, Category category) {
  std::vector<std::string> names;
  for (const PluginTable* plugin : document.Of(category)) names.push_back(plugin->DisplayName());
  return names;
}

TEST(DocumentTest, KeepsPluginsInTheOrderOfTheFile) {
  const Loaded loaded =
      Load({"[[processors.z]]\n[[inputs.file]]\n[[processors.a]]\nalias = \"x\"\n[[processors.z]]\n"});
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_THAT(NamesOf(loaded.document, Category::kProcessor),
              ElementsAre("processors.z", "processors.a::x", "processors.z"));
  EXPECT_THAT(NamesOf(loaded.document, Category::kInput), ElementsAre("inputs.file"));
}

TEST(DocumentTest, SortsProcessorsByOrderAcrossFiles) {
  const Loaded loaded = Load({"[[processors.a]]\norder = 2\n[[processors.b]]\n", "[[processors.c]]\norder = 1\n"});
  EXPECT_THAT(NamesOf(loaded.document, Category::kProcessor),
              ElementsAre("processors.b", "processors.c", "processors.a"));
}

TEST(DocumentTest, SplitsCommonFromOwnOptions) {
  const Loaded loaded =
      Load({"[[inputs.file]]\nfiles = [\"a\"]\ninterval = \"5s\"\nnamepass = [\"c*\"]\n"
            "[inputs.file.tags]\nx = \"1\"\n[inputs.file.tagpass]\nhost = [\"a\", \"b\"]\n"});
  ASSERT_THAT(loaded.problems, IsEmpty());
  const PluginTable& plugin = loaded.document.plugins.at(0);
  EXPECT_EQ(plugin.input().interval, std::chrono::seconds(5));
  EXPECT_THAT(plugin.input().filter.namepass, ElementsAre("c*"));
  EXPECT_THAT(plugin.input().filter.tagpass, ElementsAre(Pair("host", ElementsAre("a", "b"))));
  EXPECT_THAT(plugin.input().tags, ElementsAre(Pair("x", "1")));
  ASSERT_EQ(plugin.table.entries.size(), 1u);
  EXPECT_EQ(plugin.table.entries[0].key, "files");
}

TEST(DocumentTest, LaterFilesReplaceSingleKeys) {
  const Loaded loaded = Load({"[agent]\ninterval = \"1s\"\ndebug = true\n[global_tags]\ng = \"1\"\na = \"x\"\n",
                              "[agent]\ninterval = \"2s\"\n[global_tags]\ng = \"2\"\n"});
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(loaded.document.agent.interval, std::chrono::seconds(2));
  EXPECT_TRUE(loaded.document.agent.debug);
  EXPECT_THAT(loaded.document.global_tags, ElementsAre(Pair("a", "x"), Pair("g", "2")));
}

TEST(DocumentTest, ReportsProblemsOfAllTables) {
  const Loaded loaded =
      Load({"[agent]\nnosuch = 1\ninterval = \"0s\"\n[nosuch]\n[[inputs.file]]\nname_override = 5\n"
            "[[outputs.file]]\nstartup_error_behavior = \"maybe\"\n[global_tags]\nn = 5\n"});
  EXPECT_THAT(loaded.problems,
              ElementsAre("0.conf:4:2: error: unknown table 'nosuch'",
                          "0.conf:6:17: error: inputs.file: option 'name_override' must be a string, not an integer",
                          HasSubstr("0.conf:8:26: error: outputs.file: option 'startup_error_behavior' must be one of"),
                          "0.conf:2:1: error: agent: unknown option 'nosuch'",
                          HasSubstr("option 'global_tags' must hold strings, but 'n' is an integer")));
}

TEST(DocumentTest, ChecksRulesOfTheAgent) {
  EXPECT_THAT(Load({"[agent]\ninterval = \"0s\"\n"}).problems,
              ElementsAre("0.conf:1:1: error: agent: option 'interval' must be positive"));
  EXPECT_THAT(Load({"[agent]\nflush_interval = 0\n"}).problems,
              ElementsAre(HasSubstr("'flush_interval' must be positive")));
  EXPECT_THAT(
      Load({"[agent]\nskip_processors_before_aggregators = true\nskip_processors_after_aggregators = true\n"}).problems,
      ElementsAre(HasSubstr("cannot both be true")));
}

TEST(DocumentTest, WarnsOfOlderFilterNamesAndUnknownLogLevels) {
  const Loaded loaded = Load({"[[inputs.file]]\nfielddrop = [\"a\"]\nlog_level = \"loud\"\n"});
  EXPECT_THAT(loaded.problems,
              ElementsAre(HasSubstr("warning: inputs.file: option 'log_level' is \"loud\""),
                          HasSubstr("warning: inputs.file: option 'fielddrop' is deprecated: use 'fieldexclude'")));
  EXPECT_THAT(loaded.document.plugins[0].input().filter.fieldexclude, ElementsAre("a"));
}

TEST(DocumentTest, ExpandsVariablesInStringsOnly) {
  LoadOptions options;
  options.environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "X") return "x\"\n  debug = \"y";
    return std::nullopt;
  };
  const Loaded loaded = Load({"[agent]\nhostname = \"${X}\"\n# ${Y:?must}\n"}, options);
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(loaded.document.agent.hostname, "x\"\n  debug = \"y");
  EXPECT_THAT(Load({"[agent]\ndebug = ${B}\n"}, options).problems, ElementsAre(HasSubstr("0.conf:2:9: error: ")));
  EXPECT_THAT(Load({"[agent]\nhostname = \"${Y:?set it}\"\n"}, options).problems,
              ElementsAre("0.conf:2:12: error: environment variable Y is required: set it"));
}

TEST(DocumentTest, ExpandsWholeTextInTheOldWay) {
  LoadOptions options;
  options.strict_environment = false;
  options.environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "B") return "true";
    return std::nullopt;
  };
  const Loaded loaded = Load({"[agent]\ndebug = ${B}\n# ${Y:?must}\n"}, options);
  EXPECT_THAT(loaded.problems, IsEmpty());
  EXPECT_TRUE(loaded.document.agent.debug);
}

}  // namespace
}  // namespace firn::config
