#include <cmath>
#include <numbers>

#include "starlark/library/coercion.h"
#include "starlark/library/module.h"
#include "starlark/library/modules.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

/// The module math.

namespace firn::starlark {
namespace {

/// An argument as a float; an int beyond the largest one is infinite. False if failed.
bool ToFloat(Thread& thread, const Arguments& arguments, size_t index, double* number) {
  const Value& value = arguments[index];
  if (value.is_float()) {
    *number = value.AsFloat();
    return true;
  }
  if (value.is_int()) {
    *number = IntOperand(value).view().ToDouble();
    return true;
  }
  thread.Fail("{}: for parameter {}: got {}, want float or int", arguments.function, index + 1, TypeName(value));
  return false;
}

template <double (*kFunction)(double)>
Value Unary(Thread& thread, const Arguments& arguments) {
  Value any;
  double x = 0;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &any}}) || !ToFloat(thread, arguments, 0, &x)) return {};
  return Value::Float(kFunction(x));
}

template <double (*kFunction)(double, double)>
Value Binary(Thread& thread, const Arguments& arguments) {
  Value any;
  double x = 0;
  double y = 0;
  if (!UnpackPositional(thread, arguments, 2, {{"x", &any}, {"y", &any}})) return {};
  if (!ToFloat(thread, arguments, 0, &x) || !ToFloat(thread, arguments, 1, &y)) return {};
  return Value::Float(kFunction(x, y));
}

/// ceil and floor: ints, of any size.
template <double (*kFunction)(double)>
Value Rounded(Thread& thread, const Arguments& arguments) {
  Value x;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &x}})) return {};
  if (x.is_int()) return x;
  if (!x.is_float()) return thread.Fail("got {}, want float or int", TypeName(x));
  return library::ToInteger(thread, Value::Float(kFunction(x.AsFloat())));
}

Value Log(Thread& thread, const Arguments& arguments) {
  Value any;
  double x = 0;
  double base = std::numbers::e;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &any}, {"base", &any}}) || !ToFloat(thread, arguments, 0, &x))
    return {};
  if (arguments.size() == 2 && !ToFloat(thread, arguments, 1, &base)) return {};
  if (base == 1) return thread.Fail("division by zero");
  return Value::Float(std::log(x) / std::log(base));
}

double Degrees(double x) {
  return 360 * x / (2 * std::numbers::pi);
}
double Radians(double x) {
  return 2 * std::numbers::pi * x / 360;
}

constexpr NativeDefinition kFunctions[] = {
    {"acos", Unary<std::acos>},
    {"acosh", Unary<std::acosh>},
    {"asin", Unary<std::asin>},
    {"asinh", Unary<std::asinh>},
    {"atan", Unary<std::atan>},
    {"atan2", Binary<std::atan2>},
    {"atanh", Unary<std::atanh>},
    {"ceil", Rounded<std::ceil>},
    {"copysign", Binary<std::copysign>},
    {"cos", Unary<std::cos>},
    {"cosh", Unary<std::cosh>},
    {"degrees", Unary<Degrees>},
    {"exp", Unary<std::exp>},
    {"fabs", Unary<std::fabs>},
    {"floor", Rounded<std::floor>},
    {"gamma", Unary<std::tgamma>},
    {"hypot", Binary<std::hypot>},
    {"log", Log},
    {"mod", Binary<std::fmod>},
    {"pow", Binary<std::pow>},
    {"radians", Unary<Radians>},
    {"remainder", Binary<std::remainder>},
    {"round", Unary<std::round>},
    {"sin", Unary<std::sin>},
    {"sinh", Unary<std::sinh>},
    {"sqrt", Unary<std::sqrt>},
    {"tan", Unary<std::tan>},
    {"tanh", Unary<std::tanh>},
};

constexpr ModuleDefinition kMath{"math", kFunctions};

}  // namespace

Value MakeMathModule(Heap& heap) {
  const NamedValue constants[] = {{"e", Value::Float(std::numbers::e)}, {"pi", Value::Float(std::numbers::pi)}};
  return MakeModule(heap, kMath, constants);
}

}  // namespace firn::starlark
