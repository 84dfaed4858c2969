#include "config/environment.h"

#include <cstdlib>
#include <utility>

namespace firn::config {
namespace {

bool StartsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool ContinuesName(char c) {
  return StartsName(c) || (c >= '0' && c <= '9');
}

std::string_view TakeName(std::string_view text) {
  if (text.empty() || !StartsName(text.front())) return {};
  size_t length = 1;
  while (length < text.size() && ContinuesName(text[length])) ++length;
  return text.substr(0, length);
}

/// The position of the brace that closes the one before `text`, which may hold further pairs.
size_t FindClosingBrace(std::string_view text) {
  size_t depth = 1;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') break;
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

class Expander {
 public:
  explicit Expander(const Environment& environment) : environment_(environment) {}

  Result<std::string> Expand(std::string_view text, int depth) const {
    std::string out;
    while (!text.empty()) {
      const size_t dollar = text.find('$');
      out.append(text.substr(0, dollar));
      if (dollar == std::string_view::npos) break;
      text.remove_prefix(dollar);
      FIRN_ASSIGN(const size_t used, ExpandOne(text, depth, out));
      text.remove_prefix(used);
    }
    return out;
  }

 private:
  /// Expands what the dollar at the front of `text` begins; gives the length of what it stood for.
  Result<size_t> ExpandOne(std::string_view text, int depth, std::string& out) const {
    if (text.size() > 1 && text[1] == '$') {
      out += '$';
      return size_t{2};
    }
    if (const std::string_view name = TakeName(text.substr(1)); !name.empty()) {
      const size_t length = 1 + name.size();
      out.append(environment_(name).value_or(std::string(text.substr(0, length))));
      return length;
    }
    if (text.size() > 1 && text[1] == '{') return ExpandBraced(text, depth, out);
    out += '$';
    return size_t{1};
  }

  Result<size_t> ExpandBraced(std::string_view text, int depth, std::string& out) const {
    const size_t closing = FindClosingBrace(text.substr(2));
    const std::string_view name = TakeName(text.substr(2));
    if (closing == std::string_view::npos || name.empty()) return KeepDollar(out);
    const size_t length = closing + 3;
    std::string_view rest = text.substr(2, closing).substr(name.size());
    std::optional<std::string> value = environment_(name);
    if (rest.empty()) {
      out.append(value ? *value : std::string(text.substr(0, length)));
      return length;
    }
    const bool empty_is_unset = rest.front() == ':';
    if (empty_is_unset) rest.remove_prefix(1);
    if (rest.empty()) return KeepDollar(out);
    const char operation = rest.front();
    rest.remove_prefix(1);
    const bool is_set = value && !(empty_is_unset && value->empty());
    if (operation == '-') {
      if (is_set) out.append(*value);
      if (!is_set) FIRN_TRY(AppendExpanded(rest, depth, out));
    } else if (operation == '+') {
      if (is_set) FIRN_TRY(AppendExpanded(rest, depth, out));
    } else if (operation == '?') {
      if (!is_set) return InvalidConfig("environment variable {} is required: {}", name, rest);
      out.append(*value);
    } else {
      return KeepDollar(out);
    }
    return length;
  }

  Status AppendExpanded(std::string_view text, int depth, std::string& out) const {
    constexpr int kMaxDepth = 16;  // nested defaults
    if (depth >= kMaxDepth) return InvalidConfig("variables nest deeper than {}", kMaxDepth);
    FIRN_ASSIGN(const std::string expanded, Expand(text, depth + 1));
    out.append(expanded);
    return OkStatus();
  }

  static size_t KeepDollar(std::string& out) {
    out += '$';
    return 1;
  }

  const Environment& environment_;
};

void ExpandValue(Value& value, const Environment& environment, Diagnostics& diagnostics) {
  if (std::string* text = std::get_if<std::string>(&value.data)) {
    Result<std::string> expanded = ExpandVariables(*text, environment);
    if (!expanded.ok()) return diagnostics.AddError(value.position, expanded.error().message());
    *text = std::move(*expanded);
  } else if (Array* array = std::get_if<Array>(&value.data)) {
    for (Value& element : array->values) ExpandValue(element, environment, diagnostics);
  } else if (Table* table = std::get_if<Table>(&value.data)) {
    ExpandStringValues(*table, environment, diagnostics);
  }
}

}  // namespace

Environment ProcessEnvironment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<std::string> ExpandVariables(std::string_view text, const Environment& environment) {
  return Expander(environment).Expand(text, 0);
}

void ExpandStringValues(Table& table, const Environment& environment, Diagnostics& diagnostics) {
  for (Entry& entry : table.entries) ExpandValue(entry.value, environment, diagnostics);
}

}  // namespace firn::config
