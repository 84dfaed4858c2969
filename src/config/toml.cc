#include "config/toml.h"

// toml++ stays in this file. It keeps tables sorted by key and stops at the first error; the order is restored from
// positions.
//
// Some of its grammar is checked by assertions alone (`[.a]`, `1979-05-27T[`), which a release turns into undefined
// behaviour. Here they throw, in every build; ParseToml catches it.
namespace firn::config {
namespace {
struct TomlAssertion {};
[[noreturn]] void ThrowTomlAssertion() {
  throw TomlAssertion();
}
}  // namespace
}  // namespace firn::config
#define TOML_ASSERT(expression) ((expression) ? void() : ::firn::config::ThrowTomlAssertion())
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 1
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

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

// toml++ 3.3 runs into undefined behaviour on letters beyond ASCII outside strings, which are wrong there anyway.
bool RefuseBareNonAscii(std::string_view text, Position position, Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const size_t found = FindBareNonAscii(text);
  if (found == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, found);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 = 0
  position.line = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  position.column = static_cast<uint32_t>(found - line_start) + 1;
  diagnostics.AddError(position, "characters beyond ASCII must stand in quotes");
  return true;
}

/// Nothing where toml++ ran into one of its assertions.
std::optional<toml::parse_result> Parse(std::string_view text, std::string_view file_name) {
  try {
    return toml::parse(text, file_name);
  } catch (const TomlAssertion&) {
    return std::nullopt;
  }
}

/// The line (from 1) at which an assertion is run into: the last of the fewest lines that do so.
uint32_t LineOfAssertion(std::string_view text) {
  std::vector<size_t> line_ends;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
    line_ends.push_back(end + 1);
  }
  line_ends.push_back(text.size());
  const auto found = std::partition_point(line_ends.begin(), line_ends.end(),
                                          [&](size_t end) { return Parse(text.substr(0, end), "").has_value(); });
  return static_cast<uint32_t>(found - line_ends.begin()) + 1;
}

}  // namespace

std::optional<Table> ParseToml(std::string_view text, const std::string& file_name, Diagnostics& diagnostics) {
  const auto file = std::make_shared<const std::string>(file_name);
  if (RefuseBareNonAscii(text, {file, 0, 0}, diagnostics)) return std::nullopt;
  const Converter converter(file);
  const std::optional<toml::parse_result> parsed = Parse(text, file_name);
  if (!parsed.has_value()) {
    diagnostics.AddError({file, LineOfAssertion(text), 1}, "this line is not TOML");
    return std::nullopt;
  }
  if (!*parsed) {
    diagnostics.AddError(converter.At(parsed->error().source()), std::string(parsed->error().description()));
    return std::nullopt;
  }
  return converter.ConvertTable(parsed->table());
}

}  // namespace firn::config
