#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/diagnostics.h"
#include "config/option_info.h"
#include "config/secret.h"
#include "config/value.h"

/// From TOML values to the types of options. Each Read… returns false after it has told `context.diagnostics` what it
/// expected and what it found. Rules: docs/configuration.md.

namespace firn::config {

using StringMap = std::vector<std::pair<std::string, std::string>>;
using StringListMap = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// Which option a value is for.
struct ValueContext {
  std::string_view table;   ///< "inputs.file"
  std::string_view option;  ///< "files"
  Diagnostics& diagnostics;

  /// "inputs.file: option 'files' must be a list of strings, not an integer". Returns false.
  bool WrongType(const Value& value, std::string_view expected) const;
  /// "inputs.file: option 'files' " + problem. Returns false.
  bool Fail(const Value& value, std::string_view problem) const;
  /// Names what may be written and the nearest of it. Returns false.
  bool NotOneOf(const Value& value, std::string_view written, const std::vector<std::string_view>& words) const;
  /// Complains of an integer outside; other types pass.
  bool InRange(const Value& value, int64_t minimum, int64_t maximum) const;
  /// "inputs.file.files"
  std::string PathOfOption() const;
};

bool ReadString(const Value& value, const ValueContext& context, std::string& out);
bool ReadSecret(const Value& value, const ValueContext& context, Secret& out);
bool ReadBool(const Value& value, const ValueContext& context, bool& out);
bool ReadInteger(const Value& value, const ValueContext& context, int64_t min, uint64_t max, int64_t& out);
bool ReadFloat(const Value& value, const ValueContext& context, double& out);
bool ReadDuration(const Value& value, const ValueContext& context, std::chrono::nanoseconds& out);
bool ReadSize(const Value& value, const ValueContext& context, uint64_t& out);
bool ReadStringList(const Value& value, const ValueContext& context, std::vector<std::string>& out);
bool ReadIntegerList(const Value& value, const ValueContext& context, std::vector<int64_t>& out);
bool ReadFloatList(const Value& value, const ValueContext& context, std::vector<double>& out);
bool ReadStringMap(const Value& value, const ValueContext& context, StringMap& out);
bool ReadStringListMap(const Value& value, const ValueContext& context, StringListMap& out);
/// The tables of `[[x.y]]`; one `[x.y]` counts as a list of one. Null when it is neither.
bool ReadTables(const Value& value, const ValueContext& context, std::vector<const Table*>& out);

/// "10s", "1h30m", "1d", "500ms", "1.5h"; a bare number is seconds; "" is 0. kInvalidConfig otherwise.
Result<std::chrono::nanoseconds> ParseDuration(std::string_view text);
/// "32MiB" (powers of 1024), "50MB" (of 1000), "60B", letters in any case; a bare number is bytes. kInvalidConfig
/// otherwise.
Result<uint64_t> ParseSize(std::string_view text);

// Values as one would write them, for the listing of defaults.
std::string FormatValue(const std::string& value);
std::string FormatValue(const Secret& value);
std::string FormatValue(bool value);
std::string FormatValue(int64_t value);
std::string FormatValue(double value);
std::string FormatValue(std::chrono::nanoseconds value);
std::string FormatValue(const std::vector<std::string>& value);
std::string FormatValue(const std::vector<int64_t>& value);
std::string FormatValue(const std::vector<double>& value);
std::string FormatSize(uint64_t value);

/// Tells of keys that no option has, each with the nearest known one; false when there are any.
bool ReportUnknownKeys(const Table& table, std::string_view where, const SchemaInfo& schema, Diagnostics& diagnostics);
/// Tells of a required option that is not written. Returns false.
bool ReportMissing(const Table& table, std::string_view where, const OptionInfo& option, Diagnostics& diagnostics);
void ReportDeprecated(const Entry& entry, std::string_view where, const OptionInfo& option, Diagnostics& diagnostics);

}  // namespace firn::config
