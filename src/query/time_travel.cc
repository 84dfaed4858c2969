#include "query/time_travel.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "query/database.h"
#include "query/sql_tokenizer.h"

namespace firn::query {
namespace {

/// Words that can follow a table in a FROM clause and are no alias.
constexpr std::array<std::string_view, 30> kClauseWords = {
    "WHERE", "GROUP",  "ORDER",       "HAVING",  "LIMIT",  "JOIN",      "INNER",  "LEFT",    "RIGHT",  "FULL",
    "CROSS", "ON",     "USING",       "UNION",   "EXCEPT", "INTERSECT", "WINDOW", "QUALIFY", "OFFSET", "FETCH",
    "AS",    "SAMPLE", "TABLESAMPLE", "NATURAL", "ASOF",   "ANTI",      "SEMI",   "LATERAL", "PIVOT",  "UNPIVOT"};

/// Words that go on with an expression after a value.
constexpr std::array<std::string_view, 22> kExpressionWords = {
    "AT",      "TIME",        "ZONE",         "YEAR",    "YEARS",       "MONTH",       "MONTHS",  "WEEK",
    "WEEKS",   "DAY",         "DAYS",         "HOUR",    "HOURS",       "MINUTE",      "MINUTES", "SECOND",
    "SECONDS", "MILLISECOND", "MILLISECONDS", "COLLATE", "MICROSECOND", "MICROSECONDS"};

/// Words before a value that are part of its expression.
constexpr std::array<std::string_view, 4> kPrefixWords = {"TIMESTAMP", "DATE", "INTERVAL", "TIMESTAMPTZ"};

template <size_t N>
bool IsOneOf(const SqlToken& token, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return token.IsWord(word); });
}

/// One clause: which tokens it covers and what it says.
struct Clause {
  size_t name_begin;  ///< first token of the table's name
  size_t begin;       ///< FOR, or what stands for it
  size_t end;         ///< the token behind the expression
  TableVersionRequest request;
};

class Rewriter {
 public:
  Rewriter(std::string_view sql, std::vector<SqlToken> tokens) : sql_(sql), tokens_(std::move(tokens)) {}

  Result<RewrittenStatement> Run() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      FIRN_ASSIGN(const auto clause, ClauseAt(i));
      if (!clause) continue;
      CopyUpTo(tokens_[clause->begin].offset, clause->name_begin);
      Replace(*clause);
      i = clause->end - 1;
    }
    CopyUpTo(sql_.size(), tokens_.size());
    return std::move(result_);
  }

 private:
  bool Word(size_t i, std::string_view upper) const { return i < tokens_.size() && tokens_[i].IsWord(upper); }

  /// The clause whose table name ends before token `i`; none where the words there are others.
  Result<std::optional<Clause>> ClauseAt(size_t i) {
    const bool with_for = Word(i, "FOR");
    const size_t kind = with_for ? i + 1 : i;
    const bool by_time = Word(kind, "TIMESTAMP") || Word(kind, "SYSTEM_TIME");
    const bool by_version = Word(kind, "VERSION") || Word(kind, "SYSTEM_VERSION");
    if ((!by_time && !by_version) || !Word(kind + 1, "AS") || !Word(kind + 2, "OF")) return std::optional<Clause>();
    if (i == 0 || !tokens_[i - 1].IsName())
      return InvalidInput("{} AS OF must follow a table's name", tokens_[kind].text);
    Clause clause{NameBegin(i - 1), i, ExpressionEnd(kind + 3), {}};
    if (clause.end == kind + 3) return InvalidInput("{} AS OF needs a value", tokens_[kind].text);
    clause.request.kind = by_time ? TableVersionRequest::Kind::kTimestamp : TableVersionRequest::Kind::kVersion;
    const size_t start = tokens_[kind + 3].offset;
    clause.request.expression = std::string(sql_.substr(start, tokens_[clause.end - 1].end() - start));
    size_t position = clause.name_begin;
    clause.request.table = TakeDottedName(tokens_, position);
    return std::optional<Clause>(std::move(clause));
  }

  size_t NameBegin(size_t last) const {
    while (last >= 2 && tokens_[last - 1].IsSymbol('.') && tokens_[last - 2].IsName()) last -= 2;
    return last;
  }

  /// The end of the expression: before a clause, a comma, a closing parenthesis, or a name that can only be an alias.
  size_t ExpressionEnd(size_t i) const {
    int depth = 0;
    bool after_value = false;
    for (; i < tokens_.size(); ++i) {
      const SqlToken& token = tokens_[i];
      if (token.IsSymbol('(')) {
        ++depth;
        continue;
      }
      if (token.IsSymbol(')')) {
        if (depth == 0) return i;
        --depth;
        after_value = true;
        continue;
      }
      if (depth > 0) continue;
      if (token.IsSymbol(',') || token.IsSymbol(';') || IsOneOf(token, kClauseWords)) return i;
      if (token.IsName() && after_value && !IsOneOf(token, kExpressionWords)) return i;
      after_value = token.kind != SqlToken::Kind::kSymbol && !IsOneOf(token, kPrefixWords) && !token.IsWord("AT") &&
                    !token.IsWord("TIME") && !token.IsWord("ZONE");
    }
    return i;
  }

  /// Copies the text up to `offset`, save for the table's name that ends there.
  void CopyUpTo(size_t offset, size_t name_begin) {
    const size_t stop = name_begin < tokens_.size() ? tokens_[name_begin].offset : offset;
    for (const SqlToken& token : tokens_) {
      if (token.offset < copied_ || token.end() > stop || token.text.front() != '`') continue;
      result_.sql += sql_.substr(copied_, token.offset - copied_);
      result_.sql += QuoteIdentifier(token.Name());
      copied_ = token.end();
    }
    result_.sql += sql_.substr(copied_, stop - copied_);
    copied_ = offset;
  }

  void Replace(const Clause& clause) {
    const std::string name = fmt::format("{}@{}", clause.request.table.back(), result_.versions.size() + 1);
    for (size_t i = 0; i + 1 < clause.request.table.size(); ++i)
      result_.sql += QuoteIdentifier(clause.request.table[i]) + ".";
    result_.sql += QuoteIdentifier(name);
    // Without an alias of its own the table keeps its name, so that `t.column` still means it.
    const bool has_alias =
        clause.end < tokens_.size() && (tokens_[clause.end].IsWord("AS") ||
                                        (tokens_[clause.end].IsName() && !IsOneOf(tokens_[clause.end], kClauseWords)));
    if (!has_alias) result_.sql += " AS " + QuoteIdentifier(clause.request.table.back());
    result_.versions[name] = clause.request;
    copied_ = tokens_[clause.end - 1].end();
  }

  std::string_view sql_;
  std::vector<SqlToken> tokens_;
  size_t copied_ = 0;
  RewrittenStatement result_;
};

}  // namespace

Result<RewrittenStatement> RewriteTimeTravel(std::string_view statement) {
  FIRN_ASSIGN(auto tokens, TokenizeSql(statement));
  return Rewriter(statement, std::move(tokens)).Run();
}

}  // namespace firn::query
