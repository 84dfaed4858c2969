#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/position.h"

namespace firn::config {

struct Entry;
struct Value;

/// The keys of a TOML table in the order in which the file has them. Keys are distinct.
struct Table {
  Position position;  ///< of its header or opening brace
  std::vector<Entry> entries;
  /// Keys that somebody else reads out of this table (options that all plugins share): suggested to who mistypes one.
  std::vector<std::string> known_elsewhere;

  /// Null when there is no such key.
  const Value* Find(std::string_view key) const;
  const Entry* FindEntry(std::string_view key) const;
};

struct Array {
  std::vector<Value> values;
};

/// A date or time, kept as it was written: no option of Firn's takes one.
struct DateTime {
  std::string text;
};

/// A TOML value and where it stands.
struct Value {
  Position position;
  std::variant<std::string, int64_t, double, bool, DateTime, Array, Table> data;

  const std::string* string() const { return std::get_if<std::string>(&data); }
  const Array* array() const { return std::get_if<Array>(&data); }
  const Table* table() const { return std::get_if<Table>(&data); }
  /// "a string", "an integer", "a list", …: for messages.
  std::string_view TypeName() const;
};

struct Entry {
  std::string key;
  Position position;  ///< of the key
  Value value;
};

}  // namespace firn::config
