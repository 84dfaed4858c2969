#include "starlark/runtime/callable.h"

namespace firn::starlark {

Value MakeBuiltin(Heap& heap, const NativeDefinition& definition, const Value& self) {
  auto* builtin = heap.New<Builtin>();
  builtin->definition = &definition;
  builtin->self = self;
  return Value::Of(builtin);
}

}  // namespace firn::starlark
