#include "config/plugin_page.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace firn::config {
namespace {

std::string MeaningOf(const OptionInfo& option) {
  std::string meaning = option.doc;
  if (option.required) meaning += " Required.";
  if (!option.deprecated.empty()) meaning += fmt::format(" Deprecated: {}.", option.deprecated);
  return meaning;
}

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void AppendOptions(std::string& page, const std::vector<OptionInfo>& options) {
  page += "| option | type | default | meaning |\n|---|---|---|---|\n";
  for (const OptionInfo& option : options) {
    const std::string default_value = option.default_value.empty() ? "" : "`" + option.default_value + "`";
    page += fmt::format("| `{}` | {} | {} | {} |\n", option.name, Escaped(option.type), Escaped(default_value),
                        Escaped(MeaningOf(option)));
  }
}

// Schemas are written by hand, so their nesting is bounded.
void AppendSubTables(std::string& page, const std::string& path, const std::vector<OptionInfo>& options) {
  for (const OptionInfo& option : options) {
    if (option.children.empty()) continue;
    const std::string sub_path = path + "." + option.name;
    page +=
        option.type == "tables" ? fmt::format("\n## `[[{}]]`\n\n", sub_path) : fmt::format("\n## `[{}]`\n\n", sub_path);
    AppendOptions(page, option.children);
    AppendSubTables(page, sub_path, option.children);
  }
}

std::string RenderTable(const SchemaInfo& table, std::string_view heading) {
  std::string page =
      "<!-- Made from the schema in the source: FIRN_UPDATE_DOCS=1 and the plugin's test write it anew. -->\n";
  page += fmt::format("# {}\n\n{}\n\n", heading, table.summary);
  AppendOptions(page, table.options);
  AppendSubTables(page, table.name, table.options);
  return page;
}

}  // namespace

std::string RenderPluginPage(const SchemaInfo& plugin, const SchemaInfo& common) {
  std::string page = RenderTable(plugin, fmt::format("`[[{}]]`", plugin.name));
  page += fmt::format("\nShared with all {} ([meaning](common.{}.md)): ", common.name, common.name);
  for (const OptionInfo& option : common.options) {
    page += fmt::format("{}`{}`", &option == &common.options.front() ? "" : ", ", option.name);
  }
  return page + ".\n";
}

std::string RenderTablePage(const SchemaInfo& table) {
  return RenderTable(table, "`" + table.name + "`");
}

}  // namespace firn::config
