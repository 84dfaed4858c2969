#include <cmath>
#include <vector>

#include "starlark/library/json.h"
#include "starlark/library/json_string.h"
#include "starlark/number/float_text.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/text/quote.h"

namespace firn::starlark::library {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Recursive descent over the text. Nothing is collected meanwhile (heap.h), so half-made values need no roots.
class Decoder {
 public:
  Decoder(Thread& thread, std::string_view text, std::string* problem)
      : thread_(thread), text_(text), problem_(problem) {}

  Value DecodeAll() {
    const Value value = Decode(0);
    if (value.is_null()) return {};
    if (SkipSpace()) return Malformed("unexpected character {} after value", Quoted(text_[at_]));
    return value;
  }

 private:
  /// Not inlined: the buffers of formatting would lie in the frames of the recursion.
  template <typename... Args>
  [[gnu::noinline]] Value Malformed(fmt::format_string<Args...> format, Args&&... args) {
    *problem_ = fmt::format("at offset {}, {}", at_, fmt::format(format, std::forward<Args>(args)...));
    return {};
  }

  static std::string Quoted(char c) { return text::QuotedCharacter(static_cast<unsigned char>(c)); }

  /// Whether there is anything but space left.
  bool SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
    return at_ < text_.size();
  }

  /// The next character that is no space; false at the end, which is a problem.
  bool Next(char* c) {
    if (!SkipSpace()) {
      Malformed("unexpected end of file");
      return false;
    }
    *c = text_[at_];
    return true;
  }

  Value Decode(int depth) {
    char c = 0;
    if (!Next(&c)) return {};
    if (depth > kMaxJsonDepth) return Malformed("nested deeper than {} levels", kMaxJsonDepth);
    if (!thread_.ChargeSteps(2)) return {};
    switch (c) {
      case '"':
        return DecodeString();
      case '[':
        return DecodeArray(depth);
      case '{':
        return DecodeObject(depth);
      case 'n':
        return DecodeWord("null", Value::None());
      case 't':
        return DecodeWord("true", Value::Bool(true));
      case 'f':
        return DecodeWord("false", Value::Bool(false));
      default:
        return c == '-' || IsDigit(c) ? DecodeNumber() : Malformed("unexpected character {}", Quoted(c));
    }
  }

  Value DecodeWord(std::string_view word, const Value& value) {
    if (!text_.substr(at_).starts_with(word)) return Malformed("unexpected character {}", Quoted(text_[at_]));
    at_ += word.size();
    return value;
  }

  Value DecodeString() {
    bool is_plain = true;
    size_t end = at_ + 1;
    for (; end < text_.size() && text_[end] != '"'; ++end) {
      if (text_[end] == '\\') {
        is_plain = false;
        ++end;
      } else if (static_cast<unsigned char>(text_[end]) >= 0x80) {
        is_plain = false;
      }
    }
    if (end >= text_.size()) return Malformed("unclosed string literal");
    const std::string_view body = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (!thread_.ChargeSteps(body.size() / 64)) return {};
    if (is_plain) return thread_.Checked(MakeString(thread_.heap(), body));
    if (const std::string problem = CheckJsonString(body, '"'); !problem.empty()) return Malformed("{}", problem);
    unescaped_.clear();
    AppendUnescapedJson(body, unescaped_);
    return thread_.Checked(MakeString(thread_.heap(), unescaped_));
  }

  /// Takes ',' or `close` after an item. False at neither, which is a problem.
  bool TakeSeparator(char close, std::string_view where, bool* ended) {
    char c = 0;
    if (!Next(&c)) return false;
    if (c != ',' && c != close) {
      Malformed("{}got {}, want ',' or '{}'", where, Quoted(c), close);
      return false;
    }
    *ended = c == close;
    ++at_;
    return true;
  }

  Value DecodeArray(int depth) {
    ++at_;
    List* list = NewList(thread_.heap());
    char c = 0;
    if (!Next(&c)) return {};
    bool ended = c == ']';
    if (ended) ++at_;
    while (!ended) {
      const Value item = Decode(depth + 1);
      if (item.is_null()) return {};
      if (!list->Append(thread_.heap(), item) || thread_.heap().is_over_limit()) return thread_.FailMemory();
      if (!TakeSeparator(']', "", &ended)) return {};
    }
    return Value::Of(list);
  }

  Value DecodeObject(int depth) {
    ++at_;
    Dict* dict = NewDict(thread_.heap());
    char c = 0;
    if (!Next(&c)) return {};
    bool ended = c == '}';
    if (ended) ++at_;
    while (!ended) {
      if (!DecodeItem(*dict, depth)) return {};
      if (!TakeSeparator('}', "in object, ", &ended)) return {};
    }
    return Value::Of(dict);
  }

  bool DecodeItem(Dict& dict, int depth) {
    const Value key = Decode(depth + 1);
    if (key.is_null()) return false;
    if (!key.is_string()) {
      Malformed("got {} for object key, want string", TypeName(key));
      return false;
    }
    char c = 0;
    if (!Next(&c)) return false;
    if (c != ':') {
      Malformed("after object key, got {}, want ':' ", Quoted(c));
      return false;
    }
    ++at_;
    const Value value = Decode(depth + 1);
    if (value.is_null()) return false;
    HashTable::Entry* entry = dict.table.FindOrAdd(thread_, key);
    if (entry == nullptr) return false;
    entry->value = value;
    if (thread_.heap().is_over_limit()) thread_.FailMemory();
    return !thread_.failed();
  }

  Value DecodeNumber() {
    const size_t begin = at_;
    bool is_float = false;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (IsDigit(c)) continue;
      if (c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-') break;
      is_float = true;
    }
    const std::string_view number = text_.substr(begin, at_ - begin);
    const bool negative = number[0] == '-';
    const std::string_view digits = number.substr(negative ? 1 : 0);
    if (digits.empty() || (digits[0] == '0' && digits.size() > 1 && IsDigit(digits[1]))) {
      return Malformed("invalid number: {}", number);
    }
    if (is_float) {
      const std::optional<double> value = number::ParseFloatLiteral(number);
      return value && std::isfinite(*value) ? Value::Float(*value) : Malformed("invalid number: {}", number);
    }
    return digits.size() <= 18 ? SmallNumber(digits, negative) : LargeNumber(digits, negative);
  }

  static Value SmallNumber(std::string_view digits, bool negative) {
    int64_t value = 0;
    for (char c : digits) value = value * 10 + (c - '0');
    return Value::Int(negative ? -value : value);
  }

  Value LargeNumber(std::string_view digits, bool negative) {
    if (!thread_.ChargeSteps(number::RadixConversionCost(digits.size() / 19))) return {};
    number::BigInt value = *number::BigInt::Parse(digits, 10);
    if (negative) value = std::move(value).Negated();
    return thread_.Checked(MakeInt(thread_.heap(), value));
  }

  Thread& thread_;
  std::string_view text_;
  std::string* problem_;
  size_t at_ = 0;
  std::string unescaped_;
};

}  // namespace

Value DecodeJson(Thread& thread, std::string_view text, std::string* problem) {
  return Decoder(thread, text, problem).DecodeAll();
}

}  // namespace firn::starlark::library
