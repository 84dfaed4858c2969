#include "starlark/library/universe.h"

#include "starlark/library/builtins.h"

namespace firn::starlark {
namespace {

using Universal = Library::Universal;

constexpr Universal Constant(std::string_view name, Value value) {
  return {name, value, {}};
}

constexpr Universal Function(std::string_view name, NativeFunction function) {
  return {name, {}, {name, function}};
}

constexpr Universal kUniversals[] = {
    Constant("None", Value::None()),         Constant("True", Value::Bool(true)),
    Constant("False", Value::Bool(false)),   Function("abs", library::Abs),
    Function("all", library::All),           Function("any", library::Any),
    Function("bool", library::BoolOf),       Function("bytes", library::BytesOf),
    Function("chr", library::Chr),           Function("dict", library::DictOf),
    Function("dir", library::Dir),           Function("enumerate", library::Enumerate),
    Function("fail", library::FailProgram),  Function("float", library::FloatOf),
    Function("getattr", library::GetAttrOf), Function("hasattr", library::HasAttrOf),
    Function("hash", library::HashOf),       Function("int", library::IntOf),
    Function("len", library::Len),           Function("list", library::ListOf),
    Function("max", library::Max),           Function("min", library::Min),
    Function("ord", library::Ord),           Function("print", library::Print),
    Function("range", library::RangeOf),     Function("repr", library::ReprOf),
    Function("reversed", library::Reversed), Function("set", library::SetOf),
    Function("sorted", library::Sorted),     Function("str", library::StrOf),
    Function("tuple", library::TupleOf),     Function("type", library::TypeOf),
    Function("zip", library::Zip),
};

}  // namespace

const Library& StandardLibrary() {
  static const Library library{
      .universals = kUniversals,
      .string_methods = library::kStringMethods,
      .bytes_methods = library::kBytesMethods,
      .list_methods = library::kListMethods,
      .dict_methods = library::kDictMethods,
      .set_methods = library::kSetMethods,
      .interpolate = library::Interpolate,
  };
  return library;
}

}  // namespace firn::starlark
