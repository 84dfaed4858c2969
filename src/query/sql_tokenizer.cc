#include "query/sql_tokenizer.h"

#include <algorithm>
#include <cctype>

namespace firn::query {
namespace {

bool IsNameStart(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalpha(byte) != 0 || c == '_' || byte >= 0x80;
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsNamePart(char c) {
  return IsNameStart(c) || IsDigit(c) || c == '$';
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view sql) : sql_(sql) {}

  Result<std::vector<SqlToken>> Run() {
    while (true) {
      FIRN_TRY(SkipBlanks());
      if (at_ >= sql_.size()) return std::move(tokens_);
      FIRN_TRY(Next());
    }
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  Error Unfinished(std::string_view what, size_t offset) const {
    const std::string_view before = sql_.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return InvalidInput("line {}, column {}: {} does not end", line, offset - line_start + 1, what);
  }

  /// Blanks, `-- …` to the end of the line, `/* … */` nested.
  Status SkipBlanks() {
    while (at_ < sql_.size()) {
      if (std::isspace(static_cast<unsigned char>(Peek())) != 0) {
        ++at_;
      } else if (Peek() == '-' && Peek(1) == '-') {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (Peek() == '/' && Peek(1) == '*') {
        FIRN_TRY(SkipComment());
      } else {
        break;
      }
    }
    return OkStatus();
  }

  Status SkipComment() {
    const size_t start = at_;
    at_ += 2;
    for (size_t depth = 1; depth > 0;) {
      if (at_ >= sql_.size()) return Unfinished("the comment", start);
      if (Peek() == '*' && Peek(1) == '/') {
        --depth;
        at_ += 2;
      } else if (Peek() == '/' && Peek(1) == '*') {
        ++depth;
        at_ += 2;
      } else {
        ++at_;
      }
    }
    return OkStatus();
  }

  Status Next() {
    const char c = Peek();
    if (c == '\'') return Quoted('\'', SqlToken::Kind::kString, false, 0);
    if ((c == 'e' || c == 'E') && Peek(1) == '\'') return Quoted('\'', SqlToken::Kind::kString, true, 1);
    if (c == '"') return Quoted('"', SqlToken::Kind::kQuotedName, false, 0);
    if (c == '`') return Quoted('`', SqlToken::Kind::kQuotedName, false, 0);
    if (c == '$' && (Peek(1) == '$' || IsNameStart(Peek(1)))) {
      FIRN_ASSIGN(const bool taken, DollarString());
      if (taken) return OkStatus();
    }
    if (IsNameStart(c)) return While(SqlToken::Kind::kWord, &IsNamePart);
    if (IsDigit(c) || (c == '.' && IsDigit(Peek(1)))) return Number();
    Emit(SqlToken::Kind::kSymbol, at_ + 1);
    return OkStatus();
  }

  void Emit(SqlToken::Kind kind, size_t end) {
    tokens_.push_back({kind, at_, sql_.substr(at_, end - at_)});
    at_ = end;
  }

  Status While(SqlToken::Kind kind, bool (*accept)(char)) {
    size_t end = at_;
    while (end < sql_.size() && accept(sql_[end])) ++end;
    Emit(kind, end);
    return OkStatus();
  }

  Status Number() {
    size_t end = at_;
    const auto is_exponent_sign = [&](size_t i) {
      return (sql_[i] == '+' || sql_[i] == '-') && (sql_[i - 1] == 'e' || sql_[i - 1] == 'E') && i + 1 < sql_.size() &&
             IsDigit(sql_[i + 1]);
    };
    while (end < sql_.size() && (IsNamePart(sql_[end]) || sql_[end] == '.' || (end > at_ && is_exponent_sign(end))))
      ++end;
    Emit(SqlToken::Kind::kNumber, end);
    return OkStatus();
  }

  Status Quoted(char quote, SqlToken::Kind kind, bool backslashes, size_t prefix) {
    size_t end = at_ + prefix + 1;
    while (end < sql_.size()) {
      if (backslashes && sql_[end] == '\\') {
        end += 2;
      } else if (sql_[end] != quote) {
        ++end;
      } else if (end + 1 < sql_.size() && sql_[end + 1] == quote) {
        end += 2;
      } else {
        Emit(kind, end + 1);
        return OkStatus();
      }
    }
    return Unfinished(kind == SqlToken::Kind::kString ? "the string" : "the quoted name", at_);
  }

  /// `$tag$ … $tag$`; false where the text at hand begins none.
  Result<bool> DollarString() {
    size_t tag_end = at_ + 1;
    while (tag_end < sql_.size() && (IsNameStart(sql_[tag_end]) || IsDigit(sql_[tag_end]))) ++tag_end;
    if (tag_end >= sql_.size() || sql_[tag_end] != '$') return false;
    const std::string_view tag = sql_.substr(at_, tag_end + 1 - at_);
    const size_t close = sql_.find(tag, tag_end + 1);
    if (close == std::string_view::npos) return Unfinished("the string", at_);
    Emit(SqlToken::Kind::kString, close + tag.size());
    return true;
  }

  std::string_view sql_;
  size_t at_ = 0;
  std::vector<SqlToken> tokens_;
};

}  // namespace

bool SqlToken::IsWord(std::string_view upper) const {
  return kind == Kind::kWord && std::equal(text.begin(), text.end(), upper.begin(), upper.end(), [](char a, char b) {
           return std::toupper(static_cast<unsigned char>(a)) == b;
         });
}

std::string SqlToken::Name() const {
  if (kind != Kind::kQuotedName) return std::string(text);
  const char quote = text.front();
  std::string name;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    name += text[i];
    if (text[i] == quote) ++i;  // doubled
  }
  return name;
}

Result<std::vector<SqlToken>> TokenizeSql(std::string_view sql) {
  return Tokenizer(sql).Run();
}

Result<std::vector<std::string>> SplitStatements(std::string_view sql, std::string* rest) {
  FIRN_ASSIGN(const auto tokens, TokenizeSql(sql));
  std::vector<std::string> statements;
  size_t start = 0;
  bool has_content = false;
  for (const SqlToken& token : tokens) {
    if (!token.IsSymbol(';')) {
      if (!has_content) start = token.offset;
      has_content = true;
      continue;
    }
    if (has_content) statements.emplace_back(sql.substr(start, token.offset - start));
    has_content = false;
    start = token.end();
  }
  if (rest != nullptr) {
    *rest = has_content ? std::string(sql.substr(start)) : "";
  } else if (has_content) {
    statements.emplace_back(sql.substr(start));
  }
  return statements;
}

std::vector<std::string> TakeDottedName(const std::vector<SqlToken>& tokens, size_t& position) {
  std::vector<std::string> parts;
  while (position < tokens.size() && tokens[position].IsName()) {
    parts.push_back(tokens[position++].Name());
    if (position + 1 >= tokens.size() || !tokens[position].IsSymbol('.') || !tokens[position + 1].IsName()) break;
    ++position;
  }
  return parts;
}

}  // namespace firn::query
