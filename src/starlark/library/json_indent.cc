#include <vector>

#include "starlark/library/json.h"
#include "starlark/library/json_string.h"

namespace firn::starlark::library {
namespace {

/// Go's encoding/json gives up here.
constexpr size_t kMaxDepth = 10'000;

/// Checks and writes in one pass. What stands open is on a stack, so depth costs a byte a level.
class Indenter {
 public:
  Indenter(const IndentOptions& options, std::string_view json, std::string& out, std::string* problem)
      : json_(json),
        prefix_(options.prefix),
        indent_(options.indent),
        out_(out),
        problem_(problem),
        max_bytes_(options.max_bytes) {}

  bool Run() {
    while (expected_ != Expected::kNothing) {
      SkipSpace();
      if (at_ == json_.size()) return Failed("unexpected end of JSON input");
      if (!Step(json_[at_])) return false;
      if (out_.size() > max_bytes_) return Failed("the result is too large");
    }
    const size_t end = at_;
    SkipSpace();
    if (at_ < json_.size()) return Failed(InvalidCharacter(json_[at_], "after top-level value"));
    out_.append(json_, end);  // Go keeps the space at the end.
    return true;
  }

 private:
  enum class Expected { kValue, kValueOrEnd, kKey, kKeyOrEnd, kColon, kCommaOrEnd, kNothing };

  bool Failed(std::string problem) {
    *problem_ = std::move(problem);
    return false;
  }

  /// The character at `at_`; after the end a space, which is what Go shows there.
  char Current() const { return at_ < json_.size() ? json_[at_] : ' '; }
  bool IsDigit() const { return Current() >= '0' && Current() <= '9'; }

  void SkipSpace() {
    while (at_ < json_.size() && std::string_view(" \t\r\n").find(json_[at_]) != std::string_view::npos) ++at_;
  }

  void AppendLine() {
    out_.append(1, '\n').append(prefix_);
    for (size_t i = 0; i < open_.size() && out_.size() <= max_bytes_; ++i) out_.append(indent_);
  }

  bool Step(char c) {
    switch (expected_) {
      case Expected::kValueOrEnd:
        if (c == ']') return Close(true);
        AppendLine();
        return Value(c);
      case Expected::kValue:
        return Value(c);
      case Expected::kKeyOrEnd:
        if (c == '}') return Close(true);
        AppendLine();
        return Key(c);
      case Expected::kKey:
        return Key(c);
      case Expected::kColon:
        if (c != ':') return Failed(InvalidCharacter(c, "after object key"));
        ++at_;
        out_.append(": ");
        expected_ = Expected::kValue;
        return true;
      case Expected::kCommaOrEnd:
        return Separator(c);
      case Expected::kNothing:
        break;
    }
    return true;
  }

  bool Key(char c) {
    if (c != '"') return Failed(InvalidCharacter(c, "looking for beginning of object key string"));
    expected_ = Expected::kColon;
    return String();
  }

  bool Separator(char c) {
    const bool in_object = open_.back() == '{';
    if (c == (in_object ? '}' : ']')) return Close(false);
    if (c != ',') return Failed(InvalidCharacter(c, in_object ? "after object key:value pair" : "after array element"));
    ++at_;
    out_.push_back(',');
    AppendLine();
    expected_ = in_object ? Expected::kKey : Expected::kValue;
    return true;
  }

  bool Value(char c) {
    if (c == '{' || c == '[') {
      if (open_.size() >= kMaxDepth) return Failed("exceeded max depth");
      ++at_;
      out_.push_back(c);
      open_.push_back(c);
      expected_ = c == '{' ? Expected::kKeyOrEnd : Expected::kValueOrEnd;
      return true;
    }
    AfterValue();
    switch (c) {
      case '"':
        return String();
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return c == '-' || IsDigit() ? Number() : Failed(InvalidCharacter(c, "looking for beginning of value"));
    }
  }

  void AfterValue() { expected_ = open_.empty() ? Expected::kNothing : Expected::kCommaOrEnd; }

  bool Close(bool is_empty) {
    const char close = json_[at_++];
    open_.pop_back();
    if (!is_empty) AppendLine();
    out_.push_back(close);
    AfterValue();
    return true;
  }

  bool String() {
    size_t end = at_ + 1;
    while (end < json_.size() && json_[end] != '"') end += json_[end] == '\\' ? 2 : 1;
    const bool is_closed = end < json_.size();
    const std::string_view body = json_.substr(at_ + 1, std::min(end, json_.size()) - at_ - 1);
    if (std::string problem = CheckJsonString(body, is_closed ? '"' : ' '); !problem.empty())
      return Failed(std::move(problem));
    if (!is_closed) return Failed("unexpected end of JSON input");
    out_.append(json_, at_, end + 1 - at_);
    at_ = end + 1;
    return true;
  }

  bool Word(std::string_view word) {
    for (char expected : word) {
      if (Current() != expected) {
        return Failed(
            InvalidCharacter(Current(), std::string("in literal ").append(word) + " (expecting '" + expected + "')"));
      }
      ++at_;
    }
    out_.append(word);
    return true;
  }

  bool Digits(std::string_view context) {
    if (!IsDigit()) return Failed(InvalidCharacter(Current(), context));
    while (IsDigit()) ++at_;
    return true;
  }

  bool Number() {
    const size_t begin = at_;
    if (Current() == '-') ++at_;
    if (Current() == '0') {
      ++at_;
    } else if (!Digits("in numeric literal")) {
      return false;
    }
    if (Current() == '.') {
      ++at_;
      if (!Digits("after decimal point in numeric literal")) return false;
    }
    if (Current() == 'e' || Current() == 'E') {
      ++at_;
      if (Current() == '+' || Current() == '-') ++at_;
      if (!Digits("in exponent of numeric literal")) return false;
    }
    out_.append(json_, begin, at_ - begin);
    return true;
  }

  std::string_view json_;
  std::string_view prefix_;
  std::string_view indent_;
  std::string& out_;
  std::string* problem_;
  size_t max_bytes_;
  size_t at_ = 0;
  Expected expected_ = Expected::kValue;
  std::vector<char> open_;
};

}  // namespace

bool IndentJson(std::string_view json, const IndentOptions& options, std::string& out, std::string* problem) {
  return Indenter(options, json, out, problem).Run();
}

}  // namespace firn::starlark::library
