#include "starlark/library/builtins.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

namespace firn::starlark::library {
namespace {

Value Elems(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {})) return {};
  return thread.Checked(MakeElements(thread.heap(), Elements::Form::kBytesElems, arguments.self));
}

constexpr NativeDefinition kMethods[] = {{"elems", Elems}};

}  // namespace

const NativeTable kBytesMethods = kMethods;

}  // namespace firn::starlark::library
