#include "config/toml.h"

// toml++ stays in this file. It keeps tables sorted by key and stops at the first error; the order is restored from
// positions.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 1
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "config/toml_text.h"

namespace firn::config {
namespace {

class Converter {
 public:
  explicit Converter(std::shared_ptr<const std::string> file) : file_(std::move(file)) {}

  // Recursion is bounded by toml++'s own limit on nesting (TOML_MAX_NESTED_VALUES, 256).
  Table ConvertTable(const toml::table& from) const {
    Table table;
    table.position = At(from.source());
    for (const auto& [key, node] : from) {
      table.entries.push_back({std::string(key.str()), At(key.source()), ConvertValue(node)});
    }
    std::stable_sort(table.entries.begin(), table.entries.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a.position.line, a.position.column) < std::pair(b.position.line, b.position.column);
    });
    return table;
  }

  Position At(const toml::source_region& region) const {
    return {file_, static_cast<uint32_t>(region.begin.line), static_cast<uint32_t>(region.begin.column)};
  }

 private:
  Value ConvertValue(const toml::node& node) const {
    Value value;
    value.position = At(node.source());
    if (const auto* table = node.as_table()) {
      value.data = ConvertTable(*table);
    } else if (const auto* array = node.as_array()) {
      Array converted;
      for (const toml::node& element : *array) converted.values.push_back(ConvertValue(element));
      value.data = std::move(converted);
    } else if (const auto* text = node.as_string()) {
      value.data = text->get();
    } else if (const auto* integer = node.as_integer()) {
      value.data = int64_t{integer->get()};
    } else if (const auto* number = node.as_floating_point()) {
      value.data = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
      value.data = boolean->get();
    } else {
      std::ostringstream text_of_time;
      node.visit([&](const auto& concrete) { text_of_time << concrete; });
      value.data = DateTime{text_of_time.str()};
    }
    return value;
  }

  std::shared_ptr<const std::string> file_;
};

/// Tells of what toml++ must not see. True when there was something.
bool RefuseBareFault(std::string_view text, Position position, Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::optional<BareFault> fault = FindBareFault(text);
  if (!fault.has_value()) return false;
  const std::string_view before = text.substr(0, fault->at);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 = 0
  position.line = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  position.column = static_cast<uint32_t>(fault->at - line_start) + 1;
  diagnostics.AddError(position, fault->message);
  return true;
}

}  // namespace

std::optional<Table> ParseToml(std::string_view text, const std::string& file_name, Diagnostics& diagnostics) {
  const auto file = std::make_shared<const std::string>(file_name);
  if (RefuseBareFault(text, {file, 0, 0}, diagnostics)) return std::nullopt;
  const Converter converter(file);
  const toml::parse_result parsed = toml::parse(text, std::string_view(file_name));
  if (!parsed) {
    diagnostics.AddError(converter.At(parsed.error().source()), std::string(parsed.error().description()));
    return std::nullopt;
  }
  return converter.ConvertTable(parsed.table());
}

}  // namespace firn::config
