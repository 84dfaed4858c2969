#include "config/document.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "config/toml.h"
#include "config/toml_text.h"

namespace firn::config {
namespace {

constexpr std::array<std::string_view, 4> kCategoryNames = {"inputs", "processors", "aggregators", "outputs"};

/// Moves the entries that `schema` names out of `table`.
Table TakeCommonEntries(Table& table, const SchemaInfo& schema) {
  Table taken;
  taken.position = table.position;
  std::vector<Entry> rest;
  for (const OptionInfo& option : schema.options) table.known_elsewhere.push_back(option.name);
  for (Entry& entry : table.entries) {
    const auto& names = table.known_elsewhere;
    const bool is_common = std::find(names.begin(), names.end(), entry.key) != names.end();
    (is_common ? taken.entries : rest).push_back(std::move(entry));
  }
  table.entries = std::move(rest);
  return taken;
}

void WarnOfLogLevel(const Table& common, std::string_view where, Diagnostics& diagnostics) {
  const Value* value = common.Find("log_level");
  if (value == nullptr || value->string() == nullptr) return;
  for (const std::string_view known : {"", "error", "warn", "info", "debug", "trace"}) {
    if (*value->string() == known) return;
  }
  diagnostics.AddWarning(value->position, fmt::format("{}: option 'log_level' is \"{}\", which is no level: ignored",
                                                      where, *value->string()));
}

template <typename T>
CommonOptions BindCommon(const Schema<T>& schema, PluginTable& plugin, Diagnostics& diagnostics) {
  const std::string where = fmt::format("{}.{}", CategoryName(plugin.category), plugin.name);
  const Table common = TakeCommonEntries(plugin.table, schema.Describe());
  WarnOfLogLevel(common, where, diagnostics);
  return schema.Bind(common, diagnostics, where).value_or(T{});
}

class Loader {
 public:
  Loader(const LoadOptions& options, Diagnostics& diagnostics) : options_(options), diagnostics_(diagnostics) {}

  void Load(const SourceFile& file) {
    std::optional<Table> root = Parse(file);
    if (!root) return;
    const size_t first = document_.plugins.size();
    for (Entry& entry : root->entries) LoadTopLevel(entry);
    // A category's tables may stand anywhere in the file.
    const auto by_position = [](const PluginTable& a, const PluginTable& b) {
      return std::pair(a.position.line, a.position.column) < std::pair(b.position.line, b.position.column);
    };
    std::stable_sort(document_.plugins.begin() + static_cast<std::ptrdiff_t>(first), document_.plugins.end(),
                     by_position);
  }

  Document Finish() && {
    document_.agent = AgentSchema().Bind(agent_, diagnostics_).value_or(AgentOptions{});
    Value tags{tags_.position, tags_};
    ReadStringMap(tags, {"the configuration", "global_tags", diagnostics_}, document_.global_tags);
    return std::move(document_);
  }

 private:
  std::optional<Table> Parse(const SourceFile& file) {
    if (options_.strict_environment) {
      std::optional<Table> root = ParseToml(file.text, file.path, diagnostics_);
      if (root) ExpandStringValues(*root, options_.environment, diagnostics_);
      return root;
    }
    const Result<std::string> text = ExpandVariables(RemoveComments(file.text), options_.environment);
    if (text.ok()) return ParseToml(*text, file.path, diagnostics_);
    diagnostics_.AddError({}, fmt::format("{}: {}", file.path, text.error().message()));
    return std::nullopt;
  }

  void LoadTopLevel(Entry& entry) {
    if (entry.key == "agent") return Merge(entry, agent_);
    if (entry.key == "global_tags" || entry.key == "tags") return Merge(entry, tags_);
    for (size_t i = 0; i < kCategoryNames.size(); ++i) {
      if (entry.key == kCategoryNames[i]) return LoadCategory(static_cast<Category>(i), entry);
    }
    if (entry.key == "secretstores") {
      return diagnostics_.AddError(entry.position, "secretstores are not supported: use environment variables");
    }
    const std::string_view nearest =
        NearestWord(entry.key, {"agent", "global_tags", "inputs", "processors", "aggregators", "outputs"});
    const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
    diagnostics_.AddError(entry.position, fmt::format("unknown table '{}'{}", entry.key, hint));
  }

  /// Keys of later files replace those of earlier ones.
  void Merge(Entry& entry, Table& into) {
    Table* table = std::get_if<Table>(&entry.value.data);
    if (table == nullptr) return NotATable(entry, entry.key);
    into.position = table->position;
    for (Entry& added : table->entries) {
      const auto same_key = [&](const Entry& other) { return other.key == added.key; };
      std::erase_if(into.entries, same_key);
      into.entries.push_back(std::move(added));
    }
  }

  void LoadCategory(Category category, Entry& entry) {
    Table* names = std::get_if<Table>(&entry.value.data);
    if (names == nullptr) return NotATable(entry, entry.key);
    for (Entry& plugin : names->entries) {
      const std::string path = fmt::format("{}.{}", entry.key, plugin.key);
      if (Table* single = std::get_if<Table>(&plugin.value.data)) {
        AddPlugin(category, plugin.key, std::move(*single));
      } else if (Array* array = std::get_if<Array>(&plugin.value.data)) {
        for (Value& element : array->values) {
          Table* table = std::get_if<Table>(&element.data);
          if (table == nullptr) return NotATable(plugin, path);
          AddPlugin(category, plugin.key, std::move(*table));
        }
      } else {
        return NotATable(plugin, path);
      }
    }
  }

  void AddPlugin(Category category, const std::string& name, Table table) {
    PluginTable plugin;
    plugin.category = category;
    plugin.name = name;
    plugin.position = table.position;
    plugin.table = std::move(table);
    switch (category) {
      case Category::kInput:
        plugin.common = BindCommon(CommonInputSchema(), plugin, diagnostics_);
        break;
      case Category::kProcessor:
        plugin.common = BindCommon(CommonProcessorSchema(), plugin, diagnostics_);
        break;
      case Category::kAggregator:
        plugin.common = BindCommon(CommonAggregatorSchema(), plugin, diagnostics_);
        break;
      case Category::kOutput:
        plugin.common = BindCommon(CommonOutputSchema(), plugin, diagnostics_);
        break;
    }
    document_.plugins.push_back(std::move(plugin));
  }

  void NotATable(const Entry& entry, std::string_view path) {
    diagnostics_.AddError(entry.position, fmt::format("'{}' must be a table, not {}", path, entry.value.TypeName()));
  }

  const LoadOptions& options_;
  Diagnostics& diagnostics_;
  Document document_;
  Table agent_;
  Table tags_;
};

}  // namespace

std::string_view CategoryName(Category category) {
  return kCategoryNames[static_cast<size_t>(category)];
}

std::string PluginTable::DisplayName() const {
  const std::string& alias =
      std::visit([](const auto& options) -> const std::string& { return options.alias; }, common);
  return fmt::format("{}.{}{}{}", CategoryName(category), name, alias.empty() ? "" : "::", alias);
}

std::vector<const PluginTable*> Document::Of(Category category) const {
  std::vector<const PluginTable*> found;
  for (const PluginTable& plugin : plugins) {
    if (plugin.category == category) found.push_back(&plugin);
  }
  if (category == Category::kProcessor) {
    std::stable_sort(found.begin(), found.end(), [](const PluginTable* a, const PluginTable* b) {
      return a->processor().order < b->processor().order;
    });
  }
  return found;
}

Document LoadDocument(std::span<const SourceFile> files, const LoadOptions& options, Diagnostics& diagnostics) {
  Loader loader(options, diagnostics);
  for (const SourceFile& file : files) loader.Load(file);
  return std::move(loader).Finish();
}

}  // namespace firn::config
