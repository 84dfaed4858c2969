#include <charconv>
#include <cmath>
#include <string>

#include "starlark/library/builtins.h"
#include "starlark/library/coercion.h"
#include "starlark/number/float_text.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"
#include "starlark/text/quote.h"

/// The functions named for what they make: bool, bytes, float, int, repr, str, type.

namespace firn::starlark::library {
namespace {

std::string_view BytesView(const Value& value) {
  return value.As<Bytes>()->view();
}

/// A list of ints 0 … 255 (or any iterable of them) as bytes.
Value BytesOfItems(Thread& thread, const Value& iterable) {
  Iterator items(thread, iterable);
  if (!items.ok()) {
    return thread.Fail("bytes: got {}, want string, bytes, or iterable of ints", TypeName(iterable));
  }
  std::string bytes;
  Value item;
  for (size_t i = 0; items.Next(&item); ++i) {
    if (!item.is_int()) return thread.Fail("bytes: at index {}, got {}, want int", i, TypeName(item));
    if (!item.is_int64() || item.AsInt64() < 0 || item.AsInt64() > 255) {
      return thread.Fail("bytes: at index {}, {} out of range (want value in unsigned 8-bit range)", i,
                         number::ToText(IntOperand(item)));
    }
    bytes.push_back(static_cast<char>(item.AsInt64()));
    if (!thread.ChargeSteps(1)) return {};
  }
  if (thread.failed()) return {};
  return thread.Checked(MakeBytes(thread.heap(), bytes));
}

int PrefixBase(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return 0;
  switch (text[1] | 0x20) {
    case 'o':
      return 8;
    case 'x':
      return 16;
    case 'b':
      return 2;
    default:
      return 0;
  }
}

/// Digits in base 2..36, the sign of which has been read. Null if they are none, or failed.
Value IntOfDigits(Thread& thread, std::string_view digits, int base, bool negative) {
  int64_t small = 0;
  const char* end = digits.data() + digits.size();
  const auto [at, problem] = std::from_chars(digits.data(), end, small, base);
  if (problem == std::errc() && at == end && digits.front() != '-') return Value::Int(negative ? -small : small);
  if (!thread.ChargeSteps(number::RadixConversionCost(digits.size() / 16))) return {};
  std::optional<number::BigInt> parsed = number::BigInt::Parse(digits, base);
  if (!parsed) return {};
  return thread.Checked(MakeInt(thread.heap(), negative ? std::move(*parsed).Negated() : *parsed));
}

/// int(text, base): a sign, a prefix that agrees with the base, digits. Base 0 is told by the prefix. Null as above.
Value ParseInteger(Thread& thread, std::string_view text, int base) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '0') {
    const int prefix = PrefixBase(text);
    if (prefix != 0 && (base == 0 || base == prefix)) {
      base = prefix;
      text.remove_prefix(2);
    } else if (prefix == 0 && base == 0) {
      // A number that begins with 0 is octal to some and decimal to others: only zeros are clear.
      if (text.find_first_not_of('0') != std::string_view::npos) return {};
    }
  }
  return IntOfDigits(thread, text, base == 0 ? 10 : base, negative);
}

Value IntOfText(Thread& thread, const Value& text, const Value& base_value) {
  int base = 10;
  if (!base_value.is_null()) {
    if (!base_value.is_int()) return thread.Fail("int: for base, got {}, want int", TypeName(base_value));
    const int64_t wanted = base_value.is_int64() ? base_value.AsInt64() : -1;
    if (wanted != 0 && (wanted < 2 || wanted > 36)) return thread.Fail("int: base must be an integer >= 2 && <= 36");
    base = static_cast<int>(wanted);
  }
  const Value parsed = ParseInteger(thread, text.AsString(), base);
  if (!parsed.is_null() || thread.failed()) return parsed;
  return thread.Fail("int: invalid literal with base {}: {}", base, text.AsString());
}

Value FloatOfText(Thread& thread, const Value& text) {
  if (text.AsString().empty()) return thread.Fail("float: empty string");
  if (const std::optional<double> literal = number::ParseFloatLiteral(text.AsString())) {
    return std::isinf(*literal) ? thread.Fail("floating-point number too large") : Value::Float(*literal);
  }
  const std::optional<double> number = number::ParseFloat(text.AsString());
  return number ? Value::Float(*number) : thread.Fail("invalid float literal: {}", text.AsString());
}

/// The one positional argument of a function that takes no other. Null if failed.
const Value* OnlyArgument(Thread& thread, const Arguments& arguments, std::string_view wanted) {
  if (arguments.has_keywords()) {
    thread.Fail("{} does not accept keyword arguments", arguments.function);
    return nullptr;
  }
  if (arguments.size() != 1) {
    thread.Fail("{}: got {} arguments, want {}", arguments.function, arguments.size(), wanted);
    return nullptr;
  }
  return &arguments[0];
}

}  // namespace

Value BoolOf(Thread& thread, const Arguments& arguments) {
  Value value = Value::Bool(false);
  if (!UnpackPositional(thread, arguments, 0, {{"x", &value}})) return {};
  return Value::Bool(Truth(value));
}

Value BytesOf(Thread& thread, const Arguments& arguments) {
  const Value* value = OnlyArgument(thread, arguments, "exactly 1");
  if (value == nullptr || value->is(Kind::kBytes)) return value == nullptr ? Value() : *value;
  if (!value->is_string()) return BytesOfItems(thread, *value);
  std::string valid;
  text::AppendValidUtf8(value->AsString(), valid);
  return thread.Checked(MakeBytes(thread.heap(), valid));
}

Value FloatOf(Thread& thread, const Arguments& arguments) {
  if (arguments.has_keywords()) return thread.Fail("float does not accept keyword arguments");
  if (arguments.size() == 0) return Value::Float(0);
  if (arguments.size() != 1) return thread.Fail("float got {} arguments, wants 1", arguments.size());
  const Value& value = arguments[0];
  if (value.is_float()) return value;
  if (value.is_bool()) return Value::Float(value.AsBool() ? 1 : 0);
  if (value.is_string()) return FloatOfText(thread, value);
  if (!value.is_int()) return thread.Fail("float got {}, want number or string", TypeName(value));
  const std::optional<double> number = ToDouble(value);
  return number && std::isfinite(*number) ? Value::Float(*number) : thread.Fail("int too large to convert to float");
}

Value IntOf(Thread& thread, const Arguments& arguments) {
  Value value = Value::Int(0);
  Value base;
  if (arguments.size() == 1 && !arguments.has_keywords()) {
    value = arguments[0];
  } else if (!Unpack(thread, arguments, {{"x", &value}, {"base?", &base}})) {
    return {};
  }
  if (value.is_string()) return IntOfText(thread, value, base);
  if (!base.is_null()) return thread.Fail("int: can't convert non-string with explicit base");
  if (value.is_bool()) return Value::Int(value.AsBool() ? 1 : 0);
  const Value whole = ToInteger(thread, value);
  return thread.failed() ? thread.PrefixError("int") : whole;
}

Value ReprOf(Thread& thread, const Arguments& arguments) {
  Value value;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &value}})) return {};
  std::string out;
  if (!AppendRepr(thread, value, out)) return {};
  return thread.Checked(MakeString(thread.heap(), out));
}

Value StrOf(Thread& thread, const Arguments& arguments) {
  const Value* value = OnlyArgument(thread, arguments, "exactly 1");
  if (value == nullptr) return {};
  if (value->is_string()) return *value;
  std::string out;
  if (value->is(Kind::kBytes)) {
    text::AppendValidUtf8(BytesView(*value), out);
  } else if (!AppendStr(thread, *value, out)) {
    return {};
  }
  return thread.Checked(MakeString(thread.heap(), out));
}

Value TypeOf(Thread& thread, const Arguments& arguments) {
  const Value* value = OnlyArgument(thread, arguments, "exactly 1");
  if (value == nullptr) return {};
  return thread.Checked(MakeString(thread.heap(), TypeName(*value)));
}

}  // namespace firn::starlark::library
