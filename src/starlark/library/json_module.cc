#include <string>

#include "starlark/library/json.h"
#include "starlark/library/module.h"
#include "starlark/library/modules.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

/// The module json.

namespace firn::starlark {
namespace {

Value Encode(Thread& thread, const Arguments& arguments) {
  Value value;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &value}})) return {};
  std::string out;
  if (!library::EncodeJson(thread, value, out)) return thread.PrefixError(arguments.function);
  return thread.Checked(MakeString(thread.heap(), out));
}

/// The named arguments prefix and indent, and then only positional ones. False if failed.
bool TakeIndentation(Thread& thread, Arguments& arguments, std::string_view* prefix, std::string_view* indent) {
  Arguments named = arguments;
  named.positional = {};
  if (!Unpack(thread, named, {{"prefix?", prefix}, {"indent?", indent}})) return false;
  arguments.keywords = {};
  arguments.keyword_values = {};
  return true;
}

Value Indented(Thread& thread, const Arguments& arguments, std::string_view json, std::string_view prefix,
               std::string_view indent) {
  if (!thread.ChargeSteps(json.size() / 16)) return {};
  std::string out;
  std::string problem;
  const library::IndentOptions options{prefix, indent, thread.heap().limit_bytes()};
  if (!library::IndentJson(json, options, out, &problem)) return thread.Fail("{}: {}", arguments.function, problem);
  return thread.Checked(MakeString(thread.heap(), out));
}

Value EncodeIndent(Thread& thread, const Arguments& given) {
  Arguments arguments = given;
  std::string_view prefix;
  std::string_view indent = "\t";
  if (!TakeIndentation(thread, arguments, &prefix, &indent)) return {};
  const Value encoded = Encode(thread, arguments);
  return encoded.is_null() ? Value() : Indented(thread, arguments, encoded.AsString(), prefix, indent);
}

Value Indent(Thread& thread, const Arguments& given) {
  Arguments arguments = given;
  std::string_view prefix;
  std::string_view indent = "\t";
  std::string_view json;
  if (!TakeIndentation(thread, arguments, &prefix, &indent)) return {};
  if (!UnpackPositional(thread, arguments, 1, {{"str", &json}})) return {};
  return Indented(thread, arguments, json, prefix, indent);
}

Value Decode(Thread& thread, const Arguments& arguments) {
  std::string_view text;
  Value otherwise;
  if (!Unpack(thread, arguments, {{"x", &text}, {"default?", &otherwise}})) return {};
  if (arguments.size() == 0) return thread.Fail("{}: unexpected keyword argument x", arguments.function);
  std::string problem;
  const Value decoded = library::DecodeJson(thread, text, &problem);
  if (!decoded.is_null() || thread.failed()) return decoded;
  return otherwise.is_null() ? thread.Fail("json.decode: {}", problem) : otherwise;
}

constexpr NativeDefinition kFunctions[] = {
    {"json.decode", Decode},
    {"json.encode", Encode},
    {"json.encode_indent", EncodeIndent},
    {"json.indent", Indent},
};

constexpr ModuleDefinition kJson{"json", kFunctions};

}  // namespace

Value MakeJsonModule(Heap& heap) {
  return MakeModule(heap, kJson);
}

}  // namespace firn::starlark
