#include <string>

#include "starlark/library/builtins.h"
#include "starlark/library/coercion.h"
#include "starlark/number/float_text.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/syntax/code_points.h"

/// `format % operand`.

namespace firn::starlark::library {
namespace {

constexpr int32_t kLastCodePoint = 0x10FFFF;

/// An int's digits in the base that `conversion` (d i o x X) means.
bool AppendInteger(Thread& thread, char conversion, const Value& argument, std::string& out) {
  const Value whole = ToInteger(thread, argument);
  if (thread.failed()) {
    thread.PrefixError(fmt::format("%{} format requires integer", conversion));
    return false;
  }
  const IntOperand operand(whole);
  const int base = conversion == 'o' ? 8 : conversion == 'x' || conversion == 'X' ? 16 : 10;
  if (!thread.ChargeSteps(number::RadixConversionCost(operand.view().magnitude.size()))) return false;
  const size_t begin = out.size();
  number::AppendText(out, operand, base);
  if (conversion == 'X') {
    for (size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(std::toupper(out[i]));
  }
  return true;
}

bool AppendFloating(Thread& thread, char conversion, const Value& argument, std::string& out) {
  if (argument.is_float()) {
    number::AppendFloat(out, argument.AsFloat(), conversion);
    return true;
  }
  if (!argument.is_int()) {
    thread.Fail("%{} format requires float, not {}", conversion, TypeName(argument));
    return false;
  }
  number::AppendFloat(out, IntOperand(argument).view().ToDouble(), conversion);
  return true;
}

/// A code point by its number, or a string that is one.
bool AppendCharacter(Thread& thread, const Value& argument, std::string& out) {
  if (argument.is_int()) {
    const int64_t code_point = argument.is_int64() ? argument.AsInt64() : -1;
    if (code_point < 0 || code_point > kLastCodePoint) {
      thread.Fail("%c format requires a valid Unicode code point, got {}", number::ToText(IntOperand(argument)));
      return false;
    }
    const bool is_surrogate = code_point >= 0xD800 && code_point < 0xE000;
    AppendUtf8(is_surrogate ? kReplacement : static_cast<char32_t>(code_point), out);
    return true;
  }
  if (!argument.is_string()) {
    thread.Fail("%c format requires int or single-character string, not {}", TypeName(argument));
    return false;
  }
  const std::string_view text = argument.AsString();
  const CodePoint first = text.empty() ? CodePoint{} : DecodeCodePoint(text);
  if (text.empty() || first.size != text.size()) {
    thread.Fail("%c format requires a single-character string");
    return false;
  }
  AppendUtf8(first.value, out);
  return true;
}

bool AppendConverted(Thread& thread, char conversion, const Value& argument, std::string& out) {
  switch (conversion) {
    case 's':
      return AppendStr(thread, argument, out);
    case 'r':
      return AppendRepr(thread, argument, out);
    case 'd':
    case 'i':
    case 'o':
    case 'x':
    case 'X':
      return AppendInteger(thread, conversion, argument, out);
    case 'e':
    case 'f':
    case 'g':
    case 'E':
    case 'F':
    case 'G':
      return AppendFloating(thread, conversion, argument, out);
    case 'c':
      return AppendCharacter(thread, argument, out);
    case '%':
      out.push_back('%');
      return true;
    default:
      thread.Fail("unknown conversion %{}", conversion);
      return false;
  }
}

bool IsMapping(const Value& value) {
  return value.is(Kind::kDict) || (value.is(Kind::kHost) && value.As<HostObject>()->type->has_items());
}

/// Goes through a format from left to right, and through the operand's items.
class Interpolation {
 public:
  Interpolation(Thread& thread, std::string_view format, const Value& operand)
      : thread_(thread),
        format_(format),
        operand_(operand),
        items_(operand.is(Kind::kTuple) ? operand.As<Tuple>()->items() : std::span(&operand, 1)) {}

  bool Run(std::string& out) {
    for (;;) {
      const size_t percent = format_.find('%');
      out.append(format_, 0, percent);
      if (percent == std::string_view::npos) break;
      format_.remove_prefix(percent + 1);
      if (format_.starts_with('%')) {
        out.push_back('%');
        format_.remove_prefix(1);
        continue;
      }
      if (!Convert(out) || !thread_.ChargeSteps(1)) return false;
    }
    if (used_ < items_.size() && !IsMapping(operand_)) return Failed("too many arguments for format string");
    return true;
  }

 private:
  bool Failed(std::string_view message) {
    thread_.Fail("{}", message);
    return false;
  }

  bool Convert(std::string& out) {
    Value argument;
    if (format_.starts_with('(')) {
      if (!TakeKey(&argument)) return false;
    } else {
      if (used_ >= items_.size()) return Failed("not enough arguments for format string");
      argument = items_[used_];
    }
    if (format_.empty()) return Failed("incomplete format");
    const char conversion = format_.front();
    format_.remove_prefix(1);
    ++used_;
    return AppendConverted(thread_, conversion, argument, out);
  }

  /// "(key)" and what the mapping has there.
  bool TakeKey(Value* argument) {
    const size_t end = format_.find(')');
    if (end == std::string_view::npos) return Failed("incomplete format key");
    if (!IsMapping(operand_)) return Failed("format requires a mapping");
    const std::string_view key = format_.substr(1, end - 1);
    const Value text = thread_.Checked(MakeString(thread_.heap(), key));
    if (thread_.failed()) return false;
    if (!Lookup(text, argument)) {
      if (!thread_.failed()) thread_.Fail("key not found: {}", key);
      return false;
    }
    format_.remove_prefix(end + 1);
    return true;
  }

  bool Lookup(const Value& key, Value* argument) {
    if (operand_.is(Kind::kDict)) {
      const HashTable::Entry* entry = operand_.As<Dict>()->table.Find(thread_, key);
      if (entry != nullptr) *argument = entry->value;
      return entry != nullptr;
    }
    auto* object = operand_.As<HostObject>();
    *argument = object->type->Get(thread_, *object, key);
    return !argument->is_null();
  }

  Thread& thread_;
  std::string_view format_;
  const Value& operand_;
  std::span<const Value> items_;
  size_t used_ = 0;
};

}  // namespace

Value Interpolate(Thread& thread, std::string_view format, const Value& operand) {
  std::string out;
  out.reserve(format.size() + 16);
  if (!Interpolation(thread, format, operand).Run(out)) return {};
  return thread.Checked(MakeString(thread.heap(), out));
}

}  // namespace firn::starlark::library
