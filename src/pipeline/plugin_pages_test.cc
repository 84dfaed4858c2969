#include <gtest/gtest.h>

#include "config/common_options.h"
#include "config/plugin_page.h"
#include "pipeline/plugins.h"
#include "plugin_page_check.h"

namespace firn::pipeline {
namespace {

config::SchemaInfo CommonOptionsOf(const std::string& plugin) {
  if (plugin.starts_with("inputs.")) return config::CommonInputSchema().Describe();
  if (plugin.starts_with("processors.")) return config::CommonProcessorSchema().Describe();
  return config::CommonOutputSchema().Describe();
}

TEST(PluginPages, EveryPluginHasAPageThatSaysWhatItsSchemaSays) {
  const std::vector<config::SchemaInfo> plugins = DescribePlugins();
  ASSERT_FALSE(plugins.empty());
  for (const config::SchemaInfo& plugin : plugins) {
    testing::ExpectPageIsCurrent(plugin.name, config::RenderPluginPage(plugin, CommonOptionsOf(plugin.name)));
  }
}

}  // namespace
}  // namespace firn::pipeline
