#include "config/value.h"

#include <fmt/format.h>

namespace firn::config {

std::string Position::ToString() const {
  if (line == 0 || !file) return "";
  return fmt::format("{}:{}:{}", *file, line, column);
}

const Entry* Table::FindEntry(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

const Value* Table::Find(std::string_view key) const {
  const Entry* entry = FindEntry(key);
  return entry == nullptr ? nullptr : &entry->value;
}

std::string_view Value::TypeName() const {
  static constexpr std::string_view kNames[] = {"a string", "an integer", "a float", "a boolean",
                                                "a date",   "a list",     "a table"};
  return kNames[data.index()];
}

}  // namespace firn::config
