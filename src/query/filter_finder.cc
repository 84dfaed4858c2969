#include "query/filter_finder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace firn::query {
namespace {

using iceberg::Expression;
using iceberg::ExpressionPtr;
using iceberg::Literal;
using iceberg::TypeId;
using Json = nlohmann::ordered_json;

constexpr int kMaximumDepth = 200;

/// Functions whose value depends on nothing but their arguments and the transaction.
constexpr std::array<std::string_view, 24> kConstantFunctions = {"+",
                                                                 "-",
                                                                 "*",
                                                                 "/",
                                                                 "//",
                                                                 "%",
                                                                 "trunc",
                                                                 "now",
                                                                 "get_current_timestamp",
                                                                 "current_date",
                                                                 "today",
                                                                 "date_trunc",
                                                                 "to_years",
                                                                 "to_months",
                                                                 "to_weeks",
                                                                 "to_days",
                                                                 "to_hours",
                                                                 "to_minutes",
                                                                 "to_seconds",
                                                                 "to_milliseconds",
                                                                 "to_microseconds",
                                                                 "date_add",
                                                                 "make_timestamp",
                                                                 "to_timestamp"};
constexpr std::array<std::string_view, 3> kConstantNames = {"current_timestamp", "current_date", "now"};

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string Text(const Json& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json* Child(const Json& node, const char* key) {
  const auto found = node.find(key);
  return found == node.end() || found->is_null() ? nullptr : &*found;
}

/// The table that a FilterFor is about.
struct Target {
  std::string schema_name;
  std::string table_name;
  const std::vector<OutputColumn>* columns;
};

bool IsTarget(const Json& node, const Target& target) {
  return Text(node, "type") == "BASE_TABLE" && LowerCase(Text(node, "table_name")) == LowerCase(target.table_name) &&
         LowerCase(Text(node, "schema_name")) == LowerCase(target.schema_name);
}

/// Turns one WHERE clause into a condition on one of the tables of its FROM.
class ConditionReader {
 public:
  ConditionReader(Database& database, const Target& target, std::string alias, bool alone)
      : database_(database), target_(target), alias_(std::move(alias)), alone_(alone) {}

  /// Null where nothing is certain.
  ExpressionPtr Read(const Json& node, int depth) {
    if (depth > kMaximumDepth || !node.is_object()) return nullptr;
    const std::string type = Text(node, "type");
    if (type == "CONJUNCTION_AND" || type == "CONJUNCTION_OR")
      return Conjunction(node, type == "CONJUNCTION_AND", depth);
    if (type == "COMPARE_BETWEEN") return Between(node);
    if (type == "COMPARE_IN") return In(node);
    if (type == "OPERATOR_IS_NULL" || type == "OPERATOR_IS_NOT_NULL") return NullTest(node, type == "OPERATOR_IS_NULL");
    return Comparison(node, type);
  }

 private:
  ExpressionPtr Conjunction(const Json& node, bool is_and, int depth) {
    const Json* children = Child(node, "children");
    if (children == nullptr) return nullptr;
    std::vector<ExpressionPtr> parts;
    for (const Json& child : *children) {
      ExpressionPtr part = Read(child, depth + 1);
      if (part != nullptr) {
        parts.push_back(std::move(part));
      } else if (!is_and) {
        return nullptr;
      }
    }
    if (parts.empty()) return nullptr;
    if (parts.size() == 1) return parts[0];
    return is_and ? iceberg::And(std::move(parts)) : iceberg::Or(std::move(parts));
  }

  ExpressionPtr Comparison(const Json& node, const std::string& type) {
    static constexpr std::array<std::pair<std::string_view, std::pair<Expression::Op, Expression::Op>>, 5>
        kComparisons = {{
            {"COMPARE_EQUAL", {Expression::Op::kEqual, Expression::Op::kEqual}},
            {"COMPARE_LESSTHAN", {Expression::Op::kLess, Expression::Op::kGreater}},
            {"COMPARE_LESSTHANOREQUALTO", {Expression::Op::kLessOrEqual, Expression::Op::kGreaterOrEqual}},
            {"COMPARE_GREATERTHAN", {Expression::Op::kGreater, Expression::Op::kLess}},
            {"COMPARE_GREATERTHANOREQUALTO", {Expression::Op::kGreaterOrEqual, Expression::Op::kLessOrEqual}},
        }};
    const auto found =
        std::find_if(kComparisons.begin(), kComparisons.end(), [&](const auto& entry) { return entry.first == type; });
    const Json* left = Child(node, "left");
    const Json* right = Child(node, "right");
    if (found == kComparisons.end() || left == nullptr || right == nullptr) return nullptr;
    if (const OutputColumn* column = ColumnOf(*left)) return Compare(found->second.first, *column, *right);
    if (const OutputColumn* column = ColumnOf(*right)) return Compare(found->second.second, *column, *left);
    return nullptr;
  }

  ExpressionPtr Compare(Expression::Op op, const OutputColumn& column, const Json& constant) {
    const auto literal = Constant(column, constant);
    return literal ? iceberg::Comparison(op, column.field->id, *literal) : nullptr;
  }

  ExpressionPtr Between(const Json& node) {
    const Json* input = Child(node, "input");
    const Json* lower = Child(node, "lower");
    const Json* upper = Child(node, "upper");
    if (input == nullptr || lower == nullptr || upper == nullptr) return nullptr;
    const OutputColumn* column = ColumnOf(*input);
    if (column == nullptr) return nullptr;
    std::vector<ExpressionPtr> parts;
    if (auto part = Compare(Expression::Op::kGreaterOrEqual, *column, *lower)) parts.push_back(std::move(part));
    if (auto part = Compare(Expression::Op::kLessOrEqual, *column, *upper)) parts.push_back(std::move(part));
    if (parts.empty()) return nullptr;
    return parts.size() == 1 ? parts[0] : iceberg::And(std::move(parts));
  }

  ExpressionPtr In(const Json& node) {
    const Json* children = Child(node, "children");
    if (children == nullptr || children->size() < 2) return nullptr;
    const OutputColumn* column = ColumnOf((*children)[0]);
    if (column == nullptr) return nullptr;
    std::vector<Literal> literals;
    for (size_t i = 1; i < children->size(); ++i) {
      auto literal = Constant(*column, (*children)[i]);
      if (!literal) return nullptr;
      literals.push_back(std::move(*literal));
    }
    return iceberg::In(Expression::Op::kIn, column->field->id, std::move(literals));
  }

  ExpressionPtr NullTest(const Json& node, bool is_null) {
    const Json* children = Child(node, "children");
    if (children == nullptr || children->size() != 1) return nullptr;
    const OutputColumn* column = ColumnOf((*children)[0]);
    if (column == nullptr || !column->field->type.is_primitive()) return nullptr;
    return iceberg::Unary(is_null ? Expression::Op::kIsNull : Expression::Op::kNotNull, column->field->id);
  }

  /// The table's column that a reference means; null where it is not certain to be this table's.
  const OutputColumn* ColumnOf(const Json& node) const {
    if (Text(node, "class") != "COLUMN_REF") return nullptr;
    const Json* names = Child(node, "column_names");
    if (names == nullptr || names->empty() || names->size() > 2) return nullptr;
    for (const Json& name : *names) {
      if (!name.is_string()) return nullptr;
    }
    if (names->size() == 2 && LowerCase((*names)[0].get<std::string>()) != LowerCase(alias_)) return nullptr;
    if (names->size() == 1 && !alone_) return nullptr;
    return FindColumn(names->back().get<std::string>());
  }

  const OutputColumn* FindColumn(const std::string& name) const {
    for (const OutputColumn& column : *target_.columns) {
      if (LowerCase(column.name) == LowerCase(name)) return &column;
    }
    return nullptr;
  }

  bool IsConstant(const Json& node, int depth) const {
    if (depth > kMaximumDepth || !node.is_object()) return false;
    const std::string kind = Text(node, "class");
    if (kind == "CONSTANT") return true;
    if (kind == "CAST") return Child(node, "child") != nullptr && IsConstant(*Child(node, "child"), depth + 1);
    if (kind == "COLUMN_REF") {
      const Json* names = Child(node, "column_names");
      if (names == nullptr || names->size() != 1 || !(*names)[0].is_string()) return false;
      const std::string name = LowerCase((*names)[0].get<std::string>());
      return std::find(kConstantNames.begin(), kConstantNames.end(), name) != kConstantNames.end() &&
             FindColumn(name) == nullptr;
    }
    if (kind != "FUNCTION") return false;
    const std::string name = LowerCase(Text(node, "function_name"));
    if (std::find(kConstantFunctions.begin(), kConstantFunctions.end(), name) == kConstantFunctions.end()) return false;
    const Json* children = Child(node, "children");
    if (children == nullptr) return false;
    return std::all_of(children->begin(), children->end(),
                       [&](const Json& child) { return IsConstant(child, depth + 1); });
  }

  /// The constant as a value of the column's type; absent where the comparison might not be one of that type's values.
  std::optional<Literal> Constant(const OutputColumn& column, const Json& node) {
    if (!IsConstant(node, 0)) return std::nullopt;
    const std::string form = FormFor(column.field->type.id());
    if (form.empty()) return std::nullopt;
    const auto sql = ExpressionText(node);
    if (!sql) return std::nullopt;
    const auto type = database_.Rows("SELECT typeof(TRY(" + *sql + "))");
    if (!type.ok() || type->size() != 1 || !(*type)[0][0] || !IsComparable(column.field->type.id(), *(*type)[0][0]))
      return std::nullopt;
    const auto rows = database_.Rows("SELECT TRY(" + fmt::format(fmt::runtime(form), *sql) + ")");
    if (!rows.ok() || rows->size() != 1 || !(*rows)[0][0]) return std::nullopt;
    const std::string& value = *(*rows)[0][0];
    switch (column.field->type.id()) {
      case TypeId::kString:
        return Literal(value);
      case TypeId::kInt:
      case TypeId::kDate: {
        const int64_t wide = std::strtoll(value.c_str(), nullptr, 10);
        const auto converted = iceberg::ConvertLiteral(Literal(wide), column.field->type);
        if (!converted.ok()) return std::nullopt;
        return *converted;
      }
      default:
        return Literal(static_cast<int64_t>(std::strtoll(value.c_str(), nullptr, 10)));
    }
  }

  /// How the constant's value is asked for, within TRY: an error would end the statement's transaction. "" for types
  /// that are not used for pruning. Floating-point columns are not: SQL puts NaN above all numbers, bounds leave it
  /// out.
  static std::string FormFor(TypeId type) {
    switch (type) {
      case TypeId::kTimestampTz:
        return "epoch_us(CAST({} AS TIMESTAMPTZ))";
      case TypeId::kTimestamp:
        return "epoch_us(CAST({} AS TIMESTAMP))";
      case TypeId::kDate:
        return "CAST({} AS DATE) - DATE '1970-01-01'";
      case TypeId::kInt:
      case TypeId::kLong:
        return "CAST({} AS BIGINT)";
      case TypeId::kString:
        return "{}";
      default:
        return "";
    }
  }

  static bool IsComparable(TypeId column, const std::string& constant) {
    const bool text = constant == "VARCHAR" || constant == "STRING_LITERAL";
    switch (column) {
      case TypeId::kTimestampTz:
        return constant == "TIMESTAMP WITH TIME ZONE" || constant == "TIMESTAMP" || constant == "DATE" || text;
      case TypeId::kTimestamp:
        return constant == "TIMESTAMP" || constant == "DATE" || text;
      case TypeId::kDate:
        return constant == "DATE" || text;
      case TypeId::kInt:
      case TypeId::kLong:
        return constant == "INTEGER" || constant == "BIGINT" || constant == "SMALLINT" || constant == "TINYINT" ||
               constant == "INTEGER_LITERAL";
      case TypeId::kString:
        return text;
      default:
        return false;
    }
  }

  /// The node as SQL again, by DuckDB's own writer.
  std::optional<std::string> ExpressionText(const Json& node) {
    if (template_.is_null()) {
      const auto rows = database_.Rows("SELECT json_serialize_sql('SELECT 1')");
      if (!rows.ok() || rows->empty() || !(*rows)[0][0]) return std::nullopt;
      template_ = Json::parse(*(*rows)[0][0], nullptr, false);
      if (template_.is_discarded()) return std::nullopt;
    }
    Json statement = template_;
    Json& select = statement["statements"][0]["node"];
    select["select_list"] = Json::array({node});
    const auto rows = database_.Rows("SELECT json_deserialize_sql(CAST(" + QuoteText(statement.dump()) + " AS JSON))");
    if (!rows.ok() || rows->empty() || !(*rows)[0][0]) return std::nullopt;
    const std::string& sql = *(*rows)[0][0];
    static constexpr std::string_view kSelect = "SELECT ";
    if (!sql.starts_with(kSelect)) return std::nullopt;
    return "(" + sql.substr(kSelect.size()) + ")";
  }

  Database& database_;
  const Target& target_;
  std::string alias_;
  bool alone_;
  Json template_;
};

}  // namespace

struct FilterFinder::Tree {
  Json root;
  Database* database = nullptr;

  /// What is known of one appearance of the table: a filter, or none ("all rows").
  std::vector<ExpressionPtr> appearances;

  /// Looks through the whole tree for the table; a SELECT above an appearance may bring a filter for it.
  void Search(const Json& node, const Target& target, int depth) {
    if (depth > kMaximumDepth * 4) {
      appearances.push_back(nullptr);
      return;
    }
    if (node.is_array()) {
      for (const Json& child : node) Search(child, target, depth + 1);
      return;
    }
    if (!node.is_object()) return;
    if (IsTarget(node, target)) {
      appearances.push_back(nullptr);
      return;
    }
    const bool is_select = Text(node, "type") == "SELECT_NODE";
    for (const auto& [key, child] : node.items()) {
      if (is_select && key == "from_table") {
        SearchFrom(child, target, Child(node, "where_clause"), true, depth + 1);
      } else {
        Search(child, target, depth + 1);
      }
    }
  }

  /// Goes down the joins of a FROM as long as the WHERE still speaks about every row of what stands there.
  void SearchFrom(const Json& node, const Target& target, const Json* where, bool alone, int depth) {
    if (depth > kMaximumDepth) {
      appearances.push_back(nullptr);
      return;
    }
    if (node.is_object() && Text(node, "type") == "JOIN") {
      const std::string type = Text(node, "join_type");
      // ASOF and positional joins choose a row's partner among all rows, those that WHERE drops included.
      const std::string reference = Text(node, "ref_type");
      const bool plain = reference == "REGULAR" || reference == "CROSS" || reference == "NATURAL";
      const bool left_kept = plain && (type == "INNER" || type == "LEFT");
      const bool right_kept = plain && type == "INNER";
      for (const auto& [key, child] : node.items()) {
        if (key == "left" || key == "right") {
          SearchFrom(child, target, (key == "left" ? left_kept : right_kept) ? where : nullptr, false, depth + 1);
        } else {
          Search(child, target, depth + 1);
        }
      }
      return;
    }
    const Json* sample = node.is_object() ? Child(node, "sample") : nullptr;
    const Json* aliases = node.is_object() ? Child(node, "column_name_alias") : nullptr;
    if (!node.is_object() || !IsTarget(node, target) || where == nullptr || sample != nullptr ||
        (aliases != nullptr && !aliases->empty())) {
      Search(node, target, depth + 1);
      return;
    }
    const std::string alias = Text(node, "alias");
    appearances.push_back(
        ConditionReader(*database, target, alias.empty() ? target.table_name : alias, alone).Read(*where, 0));
  }
};

FilterFinder::FilterFinder(Database& database, std::string_view statement)
    : database_(database), tree_(std::make_unique<Tree>()) {
  tree_->database = &database;
  const auto rows = database.Rows("SELECT json_serialize_sql(" + QuoteText(statement) + ")");
  if (!rows.ok() || rows->empty() || !(*rows)[0][0]) return;
  tree_->root = Json::parse(*(*rows)[0][0], nullptr, false);
  if (tree_->root.is_discarded() || !tree_->root.is_object() || tree_->root.value("error", true)) tree_->root = Json();
}

FilterFinder::~FilterFinder() = default;

ExpressionPtr FilterFinder::FilterFor(const std::string& schema_name, const std::string& table_name,
                                      const std::vector<OutputColumn>& columns) {
  if (tree_->root.is_null()) return nullptr;
  tree_->appearances.clear();
  const Target target{schema_name, table_name, &columns};
  tree_->Search(tree_->root, target, 0);
  std::vector<ExpressionPtr> filters = tree_->appearances;
  if (filters.empty() || std::find(filters.begin(), filters.end(), nullptr) != filters.end()) return nullptr;
  return filters.size() == 1 ? filters[0] : iceberg::Or(std::move(filters));
}

}  // namespace firn::query
