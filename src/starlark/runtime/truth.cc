#include "starlark/runtime/function.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"

/// What can be asked of a value without changing anything or failing: its type, truth and length.

namespace firn::starlark {

std::string_view TypeName(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
    case Kind::kIterator:
    case Kind::kCell:
      return "<internal>";
    case Kind::kNone:
      return "NoneType";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
    case Kind::kBigInt:
      return "int";
    case Kind::kFloat:
      return "float";
    case Kind::kShortString:
    case Kind::kString:
      return "string";
    case Kind::kBytes:
      return "bytes";
    case Kind::kTuple:
      return "tuple";
    case Kind::kList:
      return "list";
    case Kind::kDict:
      return "dict";
    case Kind::kSet:
      return "set";
    case Kind::kRange:
      return "range";
    case Kind::kElements:
      switch (value.As<Elements>()->form) {
        case Elements::Form::kBytesElems:
          return "bytes.elems";
        case Elements::Form::kElems:
        case Elements::Form::kElemOrds:
          return "string.elems";
        default:
          return "string.codepoints";
      }
    case Kind::kFunction:
      return "function";
    case Kind::kBuiltin:
      return "builtin_function_or_method";
    case Kind::kHost:
      return value.As<HostObject>()->type->name();
  }
  return "";
}

bool Truth(const Value& value) {
  switch (value.kind()) {
    case Kind::kNull:
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return value.payload() != 0;
    case Kind::kFloat:
      return value.AsFloat() != 0;
    case Kind::kShortString:
      return !value.AsString().empty();
    case Kind::kElements: {
      size_t offset = 0;
      return !NextElement(*value.As<Elements>(), &offset).is_null();
    }
    case Kind::kHost: {
      const auto& host = *value.As<HostObject>();
      return host.type->Truth(host);
    }
    default:
      return Length(value) != 0;
  }
}

int64_t Length(const Value& value) {
  switch (value.kind()) {
    case Kind::kShortString:
    case Kind::kString:
      return static_cast<int64_t>(value.AsString().size());
    case Kind::kBytes:
      return static_cast<int64_t>(value.As<Bytes>()->size);
    case Kind::kTuple:
      return static_cast<int64_t>(value.As<Tuple>()->size);
    case Kind::kList:
      return static_cast<int64_t>(value.As<List>()->size);
    case Kind::kDict:
      return value.As<Dict>()->table.size;
    case Kind::kSet:
      return value.As<Set>()->table.size;
    case Kind::kRange:
      return value.As<Range>()->length;
    case Kind::kElements:
      return ElementsLength(*value.As<Elements>());
    case Kind::kHost: {
      const auto& host = *value.As<HostObject>();
      return host.type->Length(host);
    }
    default:
      return -1;
  }
}

bool IsIterable(const Value& value) {
  switch (value.kind()) {
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kSet:
    case Kind::kRange:
    case Kind::kElements:
      return true;
    case Kind::kHost:
      return value.As<HostObject>()->type->is_iterable();
    default:
      return false;
  }
}

bool IsCallable(const Value& value) {
  return value.is(Kind::kFunction) || value.is(Kind::kBuiltin) ||
         (value.is(Kind::kHost) && value.As<HostObject>()->type->is_callable());
}

}  // namespace firn::starlark
