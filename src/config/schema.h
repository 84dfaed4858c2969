#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/diagnostics.h"
#include "config/option_info.h"
#include "config/secret.h"
#include "config/value.h"
#include "config/value_reader.h"

namespace firn::config {

namespace internal {
template <typename M>
struct WithoutOptional {
  using Type = M;
};
template <typename M>
struct WithoutOptional<std::optional<M>> {
  using Type = M;
};
}  // namespace internal
template <typename M>
using Bare = typename internal::WithoutOptional<M>::Type;

/// Binds a TOML table to the options struct T: one struct and one binding a plugin, from which unknown keys, types,
/// defaults, listing and documentation all follow.
///
///     config::Schema<FileOptions> schema("inputs.file", "Reads files.");
///     schema.StringList("files", &FileOptions::files, "Paths and globs.").Required()
///           .Duration("interval", &FileOptions::interval, "How often.");
///     FIRN_ASSIGN(FileOptions options, schema.Bind(table, diagnostics));
///
/// Defaults are the member initialisers of T. Every member may also be a std::optional of its type: empty = not
/// written. Required, Deprecated and Range apply to the option before them. Immutable once built; Bind may run on any
/// thread.
template <typename T>
class Schema {
 public:
  Schema(std::string name, std::string summary) : info_{std::move(name), std::move(summary), {}} {}

  /// std::string
  template <typename M>
  Schema& String(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "string", doc, &ReadString);
  }
  /// config::Secret
  template <typename M>
  Schema& Secret(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "secret string", doc, &ReadSecret);
  }
  template <typename M>
  Schema& Bool(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "boolean", doc, &ReadBool);
  }
  /// Any integer type; values beyond it are refused.
  template <typename M>
  Schema& Integer(std::string_view name, M T::* member, std::string_view doc) {
    using I = Bare<M>;
    static_assert(std::is_integral_v<I>);
    return Scalar(name, member, "integer", doc, [](const Value& value, const ValueContext& context, I& out) {
      int64_t wide = 0;
      if (!ReadInteger(value, context, std::numeric_limits<I>::min(), std::numeric_limits<I>::max(), wide))
        return false;
      out = static_cast<I>(wide);
      return true;
    });
  }
  /// double
  template <typename M>
  Schema& Float(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "float", doc, &ReadFloat);
  }
  /// std::chrono::nanoseconds
  template <typename M>
  Schema& Duration(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "duration", doc, &ReadDuration);
  }
  /// uint64_t, bytes
  template <typename M>
  Schema& Size(std::string_view name, M T::* member, std::string_view doc) {
    Scalar(name, member, "size", doc, &ReadSize);
    if constexpr (std::is_same_v<M, uint64_t>) last().default_value = FormatSize(T{}.*member);
    return *this;
  }
  /// std::vector<std::string>
  template <typename M>
  Schema& StringList(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "list of strings", doc, &ReadStringList);
  }
  /// std::vector<int64_t>
  template <typename M>
  Schema& IntegerList(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "list of integers", doc, &ReadIntegerList);
  }
  /// std::vector<double>
  template <typename M>
  Schema& FloatList(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "list of floats", doc, &ReadFloatList);
  }
  /// config::StringMap, in file order
  template <typename M>
  Schema& StringMap(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "table of strings", doc, &ReadStringMap);
  }
  /// config::StringListMap, in file order
  template <typename M>
  Schema& StringListMap(std::string_view name, M T::* member, std::string_view doc) {
    return Scalar(name, member, "table of lists of strings", doc, &ReadStringListMap);
  }
  /// One of named values; `values` maps what the user writes to the member's value.
  template <typename M>
  Schema& Enum(std::string_view name, M T::* member,
               std::vector<std::pair<std::string, std::type_identity_t<Bare<M>>>> values, std::string_view doc);
  /// config::Value, as it is: for tables whose keys are the user's (value_mappings, constants).
  template <typename M>
  Schema& Any(std::string_view name, M T::* member, std::string_view type, std::string_view doc) {
    return Scalar(name, member, type, doc, [](const Value& value, const ValueContext&, Value& out) {
      out = value;
      return true;
    });
  }

  /// A sub-table `[x.name]`: U or std::optional<U>.
  template <typename M, typename U>
  Schema& Table(std::string_view name, M T::* member, Schema<U> schema, std::string_view doc);
  /// Sub-tables `[[x.name]]`: std::vector<U>.
  template <typename U>
  Schema& Tables(std::string_view name, std::vector<U> T::* member, Schema<U> schema, std::string_view doc);
  /// Options of `schema` in the same table, for what several plugins share (TLS, parsers).
  template <typename U>
  Schema& Include(U T::* member, Schema<U> schema);

  Schema& Required() {
    last().required = true;
    return *this;
  }
  /// Reading it warns; `instead` says what to use.
  Schema& Deprecated(std::string_view instead) {
    last().deprecated = instead;
    return *this;
  }
  /// Bounds of an integer (both included).
  Schema& Range(int64_t minimum, int64_t maximum = std::numeric_limits<int64_t>::max());
  /// A rule between options, run when all of them were read; a failure is reported at the table.
  Schema& Check(std::function<Status(const T&)> check) {
    checks_.push_back(std::move(check));
    return *this;
  }

  /// Reports everything that is wrong to `diagnostics`, with file:line:column, and fails when anything is. `where`
  /// names the table in messages, the schema's name unless given.
  Result<T> Bind(const config::Table& table, Diagnostics& diagnostics, std::string_view where = "") const;

  const SchemaInfo& Describe() const& { return info_; }
  SchemaInfo Describe() && { return std::move(info_); }

 private:
  template <typename>
  friend class Schema;
  using Reader = std::function<bool(T& to, const Value& value, const ValueContext& context)>;

  OptionInfo& last() { return info_.options.back(); }
  void AddOption(OptionInfo info, Reader reader) {
    info_.options.push_back(std::move(info));
    readers_.push_back(std::move(reader));
  }
  template <typename M, typename Read>
  Schema& Scalar(std::string_view name, M T::* member, std::string_view type, std::string_view doc, Read read);
  /// `where` names the table in messages: "processors.rename.replace".
  bool BindTable(const config::Table& table, std::string_view where, Diagnostics& diagnostics, T& to) const;

  SchemaInfo info_;
  std::vector<Reader> readers_;  // one an option
  std::vector<std::function<Status(const T&)>> checks_;
};

}  // namespace firn::config

#include "config/schema_impl.h"
