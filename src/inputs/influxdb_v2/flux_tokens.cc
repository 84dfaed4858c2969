#include "inputs/influxdb_v2/flux_tokens.h"

#include <algorithm>
#include <array>

namespace firn::inputs::influxdb_v2 {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> Run() {
    while (at_ < text_.size()) {
      if (IsBlank(Current())) {
        ++at_;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        TakeToken();
      }
    }
    return std::move(tokens_);
  }

 private:
  char Current() const { return text_[at_]; }

  void TakeToken() {
    const size_t begin = at_;
    TokenKind kind = TokenKind::kSymbol;
    if (IsLetter(Current())) {
      kind = TokenKind::kIdentifier;
      TakeWhile([](char c) { return IsLetter(c) || IsDigit(c); });
    } else if (IsDigit(Current())) {
      kind = TakeNumber();
    } else if (Current() == '"') {
      kind = TokenKind::kString;
      TakeDelimited('"');
    } else if (Current() == '/' && RegexMayFollow()) {
      kind = TokenKind::kRegex;
      TakeDelimited('/');
    } else {
      TakeSymbol();
    }
    tokens_.push_back({kind, text_.substr(begin, at_ - begin)});
  }

  template <typename Accepts>
  void TakeWhile(Accepts accepts) {
    while (at_ < text_.size() && accepts(Current())) ++at_;
  }

  TokenKind TakeNumber() {
    const size_t begin = at_;
    TakeWhile(IsDigit);
    if (at_ - begin == 4 && at_ + 1 < text_.size() && Current() == '-' && IsDigit(text_[at_ + 1])) {
      TakeWhile(
          [](char c) { return IsDigit(c) || c == '-' || c == ':' || c == '.' || c == 'T' || c == 'Z' || c == '+'; });
      return TokenKind::kTime;
    }
    if (at_ < text_.size() && IsLetter(Current())) {
      TakeWhile([](char c) { return IsLetter(c) || IsDigit(c); });
      return TokenKind::kDuration;
    }
    if (at_ + 1 < text_.size() && Current() == '.' && IsDigit(text_[at_ + 1])) {
      ++at_;
      TakeWhile(IsDigit);
    }
    return TokenKind::kNumber;
  }

  /// From the opening `quote` to the closing one; a backslash takes the next character with it.
  void TakeDelimited(char quote) {
    for (++at_; at_ < text_.size() && Current() != quote; ++at_) {
      if (Current() == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  /// A '/' divides behind an operand and begins a regular expression elsewhere.
  bool RegexMayFollow() const {
    if (tokens_.empty()) return true;
    const Token& last = tokens_.back();
    return last.kind == TokenKind::kSymbol && last.text != ")" && last.text != "]" && last.text != "}";
  }

  void TakeSymbol() {
    static constexpr std::array<std::string_view, 9> kPairs = {"|>", "=>", "==", "!=", "<=", ">=", "=~", "!~", "<-"};
    const std::string_view rest = text_.substr(at_, 2);
    at_ += std::find(kPairs.begin(), kPairs.end(), rest) != kPairs.end() ? 2 : 1;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

struct Unit {
  std::string_view name;
  int64_t ns;
};
constexpr int64_t kSecond = 1'000'000'000;
constexpr std::array<Unit, 11> kUnits = {{{"y", 365 * 86'400 * kSecond},
                                          {"mo", 30 * 86'400 * kSecond},
                                          {"w", 7 * 86'400 * kSecond},
                                          {"d", 86'400 * kSecond},
                                          {"h", 3'600 * kSecond},
                                          {"m", 60 * kSecond},
                                          {"s", kSecond},
                                          {"ms", 1'000'000},
                                          {"us", 1'000},
                                          {"\u00b5s", 1'000},
                                          {"ns", 1}}};

}  // namespace

std::vector<Token> TokenizeFlux(std::string_view flux) {
  return Tokenizer(flux).Run();
}

std::optional<int64_t> ParseFluxDuration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int64_t total = 0;
  while (!text.empty()) {
    int64_t magnitude = 0;
    size_t digits = 0;
    for (; digits < text.size() && IsDigit(text[digits]); ++digits) {
      if (__builtin_mul_overflow(magnitude, int64_t{10}, &magnitude) ||
          __builtin_add_overflow(magnitude, int64_t{text[digits] - '0'}, &magnitude)) {
        return std::nullopt;
      }
    }
    const size_t unit_end = std::min(text.find_first_of("0123456789", digits), text.size());
    const std::string_view name = text.substr(digits, unit_end - digits);
    const auto unit =
        std::find_if(kUnits.begin(), kUnits.end(), [name](const Unit& known) { return known.name == name; });
    if (digits == 0 || unit == kUnits.end()) return std::nullopt;
    int64_t part = 0;
    if (__builtin_mul_overflow(magnitude, unit->ns, &part) || __builtin_add_overflow(total, part, &total))
      return std::nullopt;
    text.remove_prefix(unit_end);
  }
  return total;
}

}  // namespace firn::inputs::influxdb_v2
