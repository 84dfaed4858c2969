#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::query {

/// A piece of SQL text. Blanks and comments are no tokens. Views into the text that was given.
struct SqlToken {
  enum class Kind : uint8_t {
    kWord,        ///< an unquoted name or keyword, `$` inside allowed: `cpu$snapshots`
    kQuotedName,  ///< "…", or `…` as Hive writes it
    kString,      ///< '…', E'…', $$…$$
    kNumber,
    kSymbol,  ///< any other character, one at a time
  };
  Kind kind = Kind::kSymbol;
  size_t offset = 0;
  std::string_view text;

  bool IsSymbol(char symbol) const { return kind == Kind::kSymbol && text.size() == 1 && text[0] == symbol; }
  /// True for an unquoted word, whatever its case; `upper` in capitals.
  bool IsWord(std::string_view upper) const;
  bool IsName() const { return kind == Kind::kWord || kind == Kind::kQuotedName; }
  /// The name without its quotes.
  std::string Name() const;
  size_t end() const { return offset + text.size(); }
};

/// Cuts SQL as DuckDB's scanner does, as far as names, strings and comments go. kInvalidInput, with line and column,
/// for a string, name or comment that does not end.
Result<std::vector<SqlToken>> TokenizeSql(std::string_view sql);

/// The statements of a script, split at semicolons, without them; empty ones are left out. `rest`, when given, gets
/// what follows the last semicolon instead of it being a statement.
Result<std::vector<std::string>> SplitStatements(std::string_view sql, std::string* rest = nullptr);

/// The dotted name that begins at `position`, quotes taken off; `position` moves behind it. Empty where there is none.
std::vector<std::string> TakeDottedName(const std::vector<SqlToken>& tokens, size_t& position);

}  // namespace firn::query
