#include <cmath>
#include <string>

#include "starlark/library/builtins.h"
#include "starlark/library/coercion.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"
#include "starlark/syntax/code_points.h"
#include "starlark/text/search.h"

/// What a single value is made of: abs, chr, dir, getattr, hasattr, hash, ord.

namespace firn::starlark::library {
namespace {

constexpr int32_t kLastCodePoint = 0x10FFFF;

/// Whether exactly one argument came, and no named one.
bool HasOneArgument(Thread& thread, const Arguments& arguments) {
  if (arguments.has_keywords()) {
    thread.Fail("{} does not accept keyword arguments", arguments.function);
    return false;
  }
  if (arguments.size() == 1) return true;
  thread.Fail("{}: got {} arguments, want 1", arguments.function, arguments.size());
  return false;
}

}  // namespace

Value Abs(Thread& thread, const Arguments& arguments) {
  Value value;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &value}})) return {};
  if (value.is_float()) return Value::Float(std::fabs(value.AsFloat()));
  if (!value.is_int()) return thread.Fail("got {}, want int or float", TypeName(value));
  const IntOperand operand(value);
  if (!operand.view().negative) return value;
  return thread.Checked(MakeInt(thread.heap(), number::Negate(operand)));
}

Value Chr(Thread& thread, const Arguments& arguments) {
  if (!HasOneArgument(thread, arguments)) return {};
  const std::optional<int32_t> code_point = ToInt32(thread, arguments[0]);
  if (!code_point) return thread.PrefixError("chr");
  if (*code_point < 0) return thread.Fail("chr: Unicode code point {} out of range (<0)", *code_point);
  if (*code_point > kLastCodePoint) {
    return thread.Fail("chr: Unicode code point U+{:X} out of range (>0x10FFFF)", *code_point);
  }
  const bool is_surrogate = *code_point >= 0xD800 && *code_point < 0xE000;
  std::string text;
  AppendUtf8(is_surrogate ? kReplacement : static_cast<char32_t>(*code_point), text);
  return Value::ShortString(text);
}

Value Dir(Thread& thread, const Arguments& arguments) {
  if (!HasOneArgument(thread, arguments)) return {};
  List* names = NewList(thread.heap());
  for (const std::string& name : AttrNames(thread, arguments[0])) {
    const Value text = MakeString(thread.heap(), name);
    if (text.is_null() || !names->Append(thread.heap(), text)) return thread.FailMemory();
  }
  return thread.failed() ? Value() : Value::Of(names);
}

Value GetAttrOf(Thread& thread, const Arguments& arguments) {
  Value object;
  Value otherwise;
  std::string_view name;
  if (!UnpackPositional(thread, arguments, 2, {{"x", &object}, {"name", &name}, {"default", &otherwise}})) return {};
  const Value attribute = GetAttr(thread, object, name);
  if (!attribute.is_null()) return attribute;
  if (thread.failed()) {
    if (otherwise.is_null() || thread.error().is_fatal) return thread.PrefixError("getattr");
    thread.TakeError();
  }
  if (!otherwise.is_null()) return otherwise;
  return thread.Fail("getattr: {} has no .{} field or method", TypeName(object), name);
}

Value HasAttrOf(Thread& thread, const Arguments& arguments) {
  Value object;
  std::string_view name;
  if (!UnpackPositional(thread, arguments, 2, {{"x", &object}, {"name", &name}})) return {};
  const Value attribute = GetAttr(thread, object, name);
  if (!thread.failed()) return Value::Bool(!attribute.is_null());
  if (thread.error().is_fatal) return {};
  // It may be there, and have failed to say its value.
  thread.TakeError();
  for (const std::string& known : AttrNames(thread, object)) {
    if (known == name) return Value::Bool(true);
  }
  return Value::Bool(false);
}

Value HashOf(Thread& thread, const Arguments& arguments) {
  Value value;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &value}})) return {};
  if (value.is_string()) return Value::Int(text::HashText(value.AsString()));
  if (value.is(Kind::kBytes)) return Value::Int(text::HashByteString(value.As<Bytes>()->view()));
  return thread.Fail("hash: got {}, want string or bytes", TypeName(value));
}

Value Ord(Thread& thread, const Arguments& arguments) {
  if (!HasOneArgument(thread, arguments)) return {};
  const Value& value = arguments[0];
  if (value.is(Kind::kBytes)) {
    const std::string_view bytes = value.As<Bytes>()->view();
    if (bytes.size() != 1) return thread.Fail("ord: bytes has length {}, want 1", bytes.size());
    return Value::Int(static_cast<unsigned char>(bytes[0]));
  }
  if (!value.is_string()) return thread.Fail("ord: got {}, want string or bytes", TypeName(value));
  const std::string_view text = value.AsString();
  const CodePoint first = text.empty() ? CodePoint{} : DecodeCodePoint(text);
  if (text.empty() || first.size != text.size()) {
    return thread.Fail("ord: string encodes {} Unicode code points, want 1", text::CountCodePoints(text));
  }
  return Value::Int(static_cast<int64_t>(first.value));
}

}  // namespace firn::starlark::library
