#include <string>

#include "starlark/library/builtins.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

/// print and fail.

namespace firn::starlark::library {
namespace {

enum class BytesForm { kText, kLiteral };

/// Appends the arguments with the named argument `sep` between them. False if failed.
bool AppendArguments(Thread& thread, const Arguments& arguments, BytesForm form, std::string& out) {
  std::string_view separator = " ";
  Arguments named = arguments;
  named.positional = {};
  if (!Unpack(thread, named, {{"sep?", &separator}})) return false;
  bool first = true;
  for (const Value& value : arguments.positional) {
    if (!first) out.append(separator);
    first = false;
    if (form == BytesForm::kText && value.is(Kind::kBytes)) {
      out.append(value.As<Bytes>()->view());
    } else if (!AppendStr(thread, value, out)) {
      return false;
    }
  }
  return true;
}

}  // namespace

Value FailProgram(Thread& thread, const Arguments& arguments) {
  std::string message = "fail: ";
  if (!AppendArguments(thread, arguments, BytesForm::kLiteral, message)) return {};
  return thread.FailWith(std::move(message));
}

Value Print(Thread& thread, const Arguments& arguments) {
  std::string line;
  if (!AppendArguments(thread, arguments, BytesForm::kText, line)) return {};
  return thread.Print(line) ? Value::None() : Value();
}

}  // namespace firn::starlark::library
