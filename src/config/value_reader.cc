#include "config/value_reader.h"

#include <algorithm>
#include <limits>

namespace firn::config {

bool ValueContext::Fail(const Value& value, std::string_view problem) const {
  diagnostics.AddError(value.position, fmt::format("{}: option '{}' {}", table, option, problem));
  return false;
}

bool ValueContext::WrongType(const Value& value, std::string_view expected) const {
  return Fail(value, fmt::format("must be {}, not {}", expected, value.TypeName()));
}

bool ValueContext::NotOneOf(const Value& value, std::string_view written,
                            const std::vector<std::string_view>& words) const {
  const std::string_view nearest = NearestWord(written, words);
  const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest);
  return Fail(value, fmt::format("must be one of \"{}\", not \"{}\"{}", fmt::join(words, "\", \""), written, hint));
}

bool ValueContext::InRange(const Value& value, int64_t minimum, int64_t maximum) const {
  const int64_t* integer = std::get_if<int64_t>(&value.data);
  if (integer == nullptr || (*integer >= minimum && *integer <= maximum)) return true;
  if (maximum == std::numeric_limits<int64_t>::max()) {
    return Fail(value, fmt::format("must be at least {}, not {}", minimum, *integer));
  }
  return Fail(value, fmt::format("must be between {} and {}, not {}", minimum, maximum, *integer));
}

std::string ValueContext::PathOfOption() const {
  return fmt::format("{}.{}", table, option);
}

bool ReadString(const Value& value, const ValueContext& context, std::string& out) {
  const std::string* text = value.string();
  if (text == nullptr) return context.WrongType(value, "a string");
  out = *text;
  return true;
}

bool ReadSecret(const Value& value, const ValueContext& context, Secret& out) {
  const std::string* text = value.string();
  if (text == nullptr) return context.WrongType(value, "a string");
  out = Secret(*text);
  return true;
}

bool ReadBool(const Value& value, const ValueContext& context, bool& out) {
  const bool* boolean = std::get_if<bool>(&value.data);
  if (boolean == nullptr) return context.WrongType(value, "true or false");
  out = *boolean;
  return true;
}

bool ReadInteger(const Value& value, const ValueContext& context, int64_t min, uint64_t max, int64_t& out) {
  const int64_t* integer = std::get_if<int64_t>(&value.data);
  if (integer == nullptr) return context.WrongType(value, "an integer");
  if (*integer < min || (*integer > 0 && static_cast<uint64_t>(*integer) > max)) {
    return context.Fail(value, fmt::format("must be between {} and {}, not {}", min, max, *integer));
  }
  out = *integer;
  return true;
}

bool ReadFloat(const Value& value, const ValueContext& context, double& out) {
  const double* number = std::get_if<double>(&value.data);
  // Telegraf refuses integers here, so that a file written for Firn stays readable there, Firn does too.
  if (number == nullptr) return context.WrongType(value, "a float (2.0, not 2)");
  out = *number;
  return true;
}

bool ReadDuration(const Value& value, const ValueContext& context, std::chrono::nanoseconds& out) {
  std::string text;
  if (const std::string* written = value.string()) {
    text = *written;
  } else if (const int64_t* integer = std::get_if<int64_t>(&value.data)) {
    text = fmt::format("{}", *integer);
  } else if (const double* number = std::get_if<double>(&value.data)) {
    text = fmt::format("{:f}", *number);
  } else {
    return context.WrongType(value, "a duration (\"10s\", \"1h30m\")");
  }
  const Result<std::chrono::nanoseconds> duration = ParseDuration(text);
  if (!duration.ok()) return context.Fail(value, "is " + duration.error().message());
  out = *duration;
  return true;
}

bool ReadSize(const Value& value, const ValueContext& context, uint64_t& out) {
  std::string text;
  if (const std::string* written = value.string()) {
    text = *written;
  } else if (const int64_t* integer = std::get_if<int64_t>(&value.data)) {
    text = fmt::format("{}", *integer);
  } else {
    return context.WrongType(value, "a size (\"32MiB\", \"50MB\")");
  }
  const Result<uint64_t> size = ParseSize(text);
  if (!size.ok()) return context.Fail(value, "is " + size.error().message());
  out = *size;
  return true;
}

namespace {

template <typename Element, typename Out>
bool ReadList(const Value& value, const ValueContext& context, std::string_view expected, std::vector<Out>& out) {
  const Array* array = value.array();
  if (array == nullptr) return context.WrongType(value, expected);
  std::vector<Out> read;
  for (const Value& element : array->values) {
    const Element* typed = std::get_if<Element>(&element.data);
    if (typed == nullptr) {
      return context.Fail(element, fmt::format("must be {}, but holds {}", expected, element.TypeName()));
    }
    read.push_back(*typed);
  }
  out = std::move(read);
  return true;
}

// Somebody who writes options below a [table] header gave them to that table: the commonest slip with TOML.
constexpr std::string_view kBelowHeader = " (what stands below a [table] header belongs to that table)";

}  // namespace

bool ReadStringList(const Value& value, const ValueContext& context, std::vector<std::string>& out) {
  return ReadList<std::string>(value, context, "a list of strings", out);
}

bool ReadIntegerList(const Value& value, const ValueContext& context, std::vector<int64_t>& out) {
  return ReadList<int64_t>(value, context, "a list of integers", out);
}

bool ReadFloatList(const Value& value, const ValueContext& context, std::vector<double>& out) {
  return ReadList<double>(value, context, "a list of floats", out);
}

bool ReadStringMap(const Value& value, const ValueContext& context, StringMap& out) {
  const Table* table = value.table();
  if (table == nullptr) return context.WrongType(value, "a table of strings");
  StringMap read;
  for (const Entry& entry : table->entries) {
    const std::string* text = entry.value.string();
    if (text == nullptr) {
      return context.Fail(entry.value, fmt::format("must hold strings, but '{}' is {}{}", entry.key,
                                                   entry.value.TypeName(), kBelowHeader));
    }
    read.emplace_back(entry.key, *text);
  }
  out = std::move(read);
  return true;
}

bool ReadStringListMap(const Value& value, const ValueContext& context, StringListMap& out) {
  const Table* table = value.table();
  if (table == nullptr) return context.WrongType(value, "a table of lists of strings");
  StringListMap read;
  for (const Entry& entry : table->entries) {
    const std::string path = context.PathOfOption();
    std::vector<std::string> list;
    if (!ReadStringList(entry.value, {path, entry.key, context.diagnostics}, list)) return false;
    read.emplace_back(entry.key, std::move(list));
  }
  out = std::move(read);
  return true;
}

bool ReadTables(const Value& value, const ValueContext& context, std::vector<const Table*>& out) {
  if (const Table* single = value.table()) {
    out.push_back(single);
    return true;
  }
  const Array* array = value.array();
  if (array == nullptr) return context.WrongType(value, fmt::format("tables, [[{}]]", context.PathOfOption()));
  for (const Value& element : array->values) {
    if (element.table() == nullptr) {
      return context.Fail(element, fmt::format("must hold tables, not {}", element.TypeName()));
    }
    out.push_back(element.table());
  }
  return true;
}

bool ReportUnknownKeys(const Table& table, std::string_view where, const SchemaInfo& schema, Diagnostics& diagnostics) {
  std::vector<std::string_view> known(table.known_elsewhere.begin(), table.known_elsewhere.end());
  for (const OptionInfo& option : schema.options) known.push_back(option.name);
  bool good = true;
  for (const Entry& entry : table.entries) {
    const auto is_key = [&](const OptionInfo& option) { return option.name == entry.key; };
    if (std::any_of(schema.options.begin(), schema.options.end(), is_key)) continue;
    good = false;
    const std::string_view nearest = NearestWord(entry.key, known);
    const std::string hint = nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
    diagnostics.AddError(entry.position, fmt::format("{}: unknown option '{}'{}", where, entry.key, hint));
  }
  return good;
}

bool ReportMissing(const Table& table, std::string_view where, const OptionInfo& option, Diagnostics& diagnostics) {
  diagnostics.AddError(table.position,
                       fmt::format("{}: option '{}' ({}) is required", where, option.name, option.type));
  return false;
}

void ReportDeprecated(const Entry& entry, std::string_view where, const OptionInfo& option, Diagnostics& diagnostics) {
  diagnostics.AddWarning(entry.position,
                         fmt::format("{}: option '{}' is deprecated: {}", where, option.name, option.deprecated));
}

}  // namespace firn::config
