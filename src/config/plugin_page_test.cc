#include "config/plugin_page.h"

#include <gtest/gtest.h>

#include "config/agent_options.h"
#include "config/common_options.h"
#include "plugin_page_check.h"

namespace firn::config {
namespace {

TEST(PluginPageTest, ListsOptionsAndSubTables) {
  OptionInfo inner{"dest", "string", "\"\"", "The new name.", true, "", {}};
  const SchemaInfo plugin{"processors.x", "Does x.", {{"replace", "tables", "", "Rules.", false, "use y", {inner}}}};
  const std::string page = RenderPluginPage(plugin, {"processors", "", {{"order", "integer", "0", "", false, "", {}}}});
  EXPECT_NE(page.find("# `[[processors.x]]`\n\nDoes x.\n"), std::string::npos);
  EXPECT_NE(page.find("| `replace` | tables |  | Rules. Deprecated: use y. |\n"), std::string::npos);
  EXPECT_NE(page.find("## `[[processors.x.replace]]`"), std::string::npos);
  EXPECT_NE(page.find("| `dest` | string | `\"\"` | The new name. Required. |\n"), std::string::npos);
  EXPECT_NE(page.find("Shared with all processors ([meaning](common.processors.md)): `order`.\n"), std::string::npos);
}

TEST(PluginPageTest, PagesOfSharedTablesAreCurrent) {
  testing::ExpectPageIsCurrent("agent", RenderTablePage(AgentSchema().Describe()));
  testing::ExpectPageIsCurrent("common.inputs", RenderTablePage(CommonInputSchema().Describe()));
  testing::ExpectPageIsCurrent("common.processors", RenderTablePage(CommonProcessorSchema().Describe()));
  testing::ExpectPageIsCurrent("common.aggregators", RenderTablePage(CommonAggregatorSchema().Describe()));
  testing::ExpectPageIsCurrent("common.outputs", RenderTablePage(CommonOutputSchema().Describe()));
}

}  // namespace
}  // namespace firn::config
