#pragma once

// The templates of Schema; included by config/schema.h only.

namespace firn::config {

template <typename T>
template <typename M, typename Read>
Schema<T>& Schema<T>::Scalar(std::string_view name, M T::* member, std::string_view type, std::string_view doc,
                             Read read) {
  OptionInfo info{std::string(name), std::string(type), "", std::string(doc), false, "", {}};
  if constexpr (std::is_integral_v<M> && !std::is_same_v<M, bool>) {
    info.default_value = FormatValue(static_cast<int64_t>(T{}.*member));
  } else if constexpr (requires(const M& value) { FormatValue(value); }) {
    info.default_value = FormatValue(T{}.*member);
  }
  AddOption(std::move(info), [member, read](T& to, const Value& value, const ValueContext& context) {
    Bare<M> read_value{};
    if (!read(value, context, read_value)) return false;
    to.*member = std::move(read_value);
    return true;
  });
  return *this;
}

template <typename T>
template <typename M>
Schema<T>& Schema<T>::Enum(std::string_view name, M T::* member,
                           std::vector<std::pair<std::string, std::type_identity_t<Bare<M>>>> values,
                           std::string_view doc) {
  std::string choices;
  for (const auto& [word, unused] : values) choices += (choices.empty() ? "" : ", ") + FormatValue(word);
  OptionInfo info{std::string(name), "one of " + choices, "", std::string(doc), false, "", {}};
  if constexpr (std::is_same_v<M, Bare<M>>) {
    for (const auto& [word, choice] : values) {
      if (info.default_value.empty() && choice == T{}.*member) info.default_value = FormatValue(word);
    }
  }
  AddOption(std::move(info),
            [member, values = std::move(values)](T& to, const Value& value, const ValueContext& context) {
              std::string written;
              if (!ReadString(value, context, written)) return false;
              std::vector<std::string_view> words;
              for (const auto& [word, choice] : values) {
                if (word == written) {
                  to.*member = choice;
                  return true;
                }
                words.push_back(word);
              }
              return context.NotOneOf(value, written, words);
            });
  return *this;
}

template <typename T>
template <typename M, typename U>
Schema<T>& Schema<T>::Table(std::string_view name, M T::* member, Schema<U> schema, std::string_view doc) {
  static_assert(std::is_same_v<Bare<M>, U>);
  OptionInfo info{std::string(name), "table", "", std::string(doc), false, "", schema.Describe().options};
  AddOption(std::move(info),
            [member, schema = std::move(schema)](T& to, const Value& value, const ValueContext& context) {
              if (value.table() == nullptr) return context.WrongType(value, "a table");
              U bound{};
              const bool good = schema.BindTable(*value.table(), context.PathOfOption(), context.diagnostics, bound);
              to.*member = std::move(bound);
              return good;
            });
  return *this;
}

template <typename T>
template <typename U>
Schema<T>& Schema<T>::Tables(std::string_view name, std::vector<U> T::* member, Schema<U> schema,
                             std::string_view doc) {
  OptionInfo info{std::string(name), "tables", "", std::string(doc), false, "", schema.Describe().options};
  AddOption(std::move(info),
            [member, schema = std::move(schema)](T& to, const Value& value, const ValueContext& context) {
              std::vector<const config::Table*> tables;
              if (!ReadTables(value, context, tables)) return false;
              bool good = true;
              for (const config::Table* table : tables) {
                U bound{};
                good = schema.BindTable(*table, context.PathOfOption(), context.diagnostics, bound) && good;
                (to.*member).push_back(std::move(bound));
              }
              return good;
            });
  return *this;
}

template <typename T>
template <typename U>
Schema<T>& Schema<T>::Include(U T::* member, Schema<U> schema) {
  for (size_t i = 0; i < schema.readers_.size(); ++i) {
    AddOption(schema.info_.options[i],
              [member, read = schema.readers_[i]](T& to, const Value& value, const ValueContext& context) {
                return read(to.*member, value, context);
              });
  }
  for (const auto& check : schema.checks_)
    checks_.push_back([member, check](const T& options) { return check(options.*member); });
  return *this;
}

template <typename T>
Schema<T>& Schema<T>::Range(int64_t minimum, int64_t maximum) {
  readers_.back() = [read = readers_.back(), minimum, maximum](T& to, const Value& value, const ValueContext& context) {
    return context.InRange(value, minimum, maximum) && read(to, value, context);
  };
  return *this;
}

template <typename T>
bool Schema<T>::BindTable(const config::Table& table, std::string_view where, Diagnostics& diagnostics, T& to) const {
  bool good = ReportUnknownKeys(table, where, info_, diagnostics);
  for (size_t i = 0; i < readers_.size(); ++i) {
    const OptionInfo& option = info_.options[i];
    const Entry* entry = table.FindEntry(option.name);
    if (entry == nullptr) {
      if (option.required) good = ReportMissing(table, where, option, diagnostics);
      continue;
    }
    if (!option.deprecated.empty()) ReportDeprecated(*entry, where, option, diagnostics);
    good = readers_[i](to, entry->value, ValueContext{where, option.name, diagnostics}) && good;
  }
  if (!good) return false;
  for (const auto& check : checks_) {
    const Status status = check(to);
    if (status.ok()) continue;
    diagnostics.AddError(table.position, std::string(where) + ": " + status.error().message());
    good = false;
  }
  return good;
}

template <typename T>
Result<T> Schema<T>::Bind(const config::Table& table, Diagnostics& diagnostics, std::string_view where) const {
  T options{};
  if (where.empty()) where = info_.name;
  if (!BindTable(table, where, diagnostics, options)) return InvalidConfig("invalid options of {}", where);
  return options;
}

}  // namespace firn::config
