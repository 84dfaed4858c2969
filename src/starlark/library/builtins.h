#pragma once

#include <string_view>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/value.h"

/// The native functions that universe.cc puts into tables; each file named here defines its own. Texts of errors are
/// those of starlark-go.

namespace firn::starlark::library {

// conversions.cc
Value BoolOf(Thread& thread, const Arguments& arguments);
Value BytesOf(Thread& thread, const Arguments& arguments);
Value FloatOf(Thread& thread, const Arguments& arguments);
Value IntOf(Thread& thread, const Arguments& arguments);
Value ReprOf(Thread& thread, const Arguments& arguments);
Value StrOf(Thread& thread, const Arguments& arguments);
Value TypeOf(Thread& thread, const Arguments& arguments);

// containers.cc
Value DictOf(Thread& thread, const Arguments& arguments);
Value ListOf(Thread& thread, const Arguments& arguments);
Value RangeOf(Thread& thread, const Arguments& arguments);
Value SetOf(Thread& thread, const Arguments& arguments);
Value TupleOf(Thread& thread, const Arguments& arguments);

// iteration.cc
Value All(Thread& thread, const Arguments& arguments);
Value Any(Thread& thread, const Arguments& arguments);
Value Enumerate(Thread& thread, const Arguments& arguments);
Value Len(Thread& thread, const Arguments& arguments);
Value Max(Thread& thread, const Arguments& arguments);
Value Min(Thread& thread, const Arguments& arguments);
Value Reversed(Thread& thread, const Arguments& arguments);
Value Zip(Thread& thread, const Arguments& arguments);

// sorted.cc
Value Sorted(Thread& thread, const Arguments& arguments);

// inspection.cc
Value Abs(Thread& thread, const Arguments& arguments);
Value Chr(Thread& thread, const Arguments& arguments);
Value Dir(Thread& thread, const Arguments& arguments);
Value GetAttrOf(Thread& thread, const Arguments& arguments);
Value HasAttrOf(Thread& thread, const Arguments& arguments);
Value HashOf(Thread& thread, const Arguments& arguments);
Value Ord(Thread& thread, const Arguments& arguments);

// output.cc
Value FailProgram(Thread& thread, const Arguments& arguments);
Value Print(Thread& thread, const Arguments& arguments);

// The methods of each type, and the operator %.
extern const NativeTable kStringMethods;  // string_methods.cc
extern const NativeTable kBytesMethods;   // bytes_methods.cc
extern const NativeTable kListMethods;    // list_methods.cc
extern const NativeTable kDictMethods;    // dict_methods.cc
extern const NativeTable kSetMethods;     // set_methods.cc
Value Interpolate(Thread& thread, std::string_view format, const Value& operand);

// string_format.cc
Value StringFormat(Thread& thread, const Arguments& arguments);

// string_split_methods.cc
Value StringSplit(Thread& thread, const Arguments& arguments);
Value StringRsplit(Thread& thread, const Arguments& arguments);
Value StringSplitlines(Thread& thread, const Arguments& arguments);
Value StringPartition(Thread& thread, const Arguments& arguments);
Value StringRpartition(Thread& thread, const Arguments& arguments);
Value StringJoin(Thread& thread, const Arguments& arguments);

/// Adds a mapping's or a sequence of pairs' items to `dict`, then the named arguments: dict() and dict.update(). False
/// if failed; the caller prefixes the error. (dict_methods.cc)
bool UpdateDict(Thread& thread, Dict& dict, const Arguments& arguments);

}  // namespace firn::starlark::library
