#include "starlark/runtime/unpack.h"

#include <bitset>
#include <vector>

#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/thread.h"
#include "starlark/syntax/spelling.h"
#include "starlark/text/quote.h"

namespace firn::starlark {
namespace {

/// Puts a value into a variable, or says what it should have been.
class Assigner {
 public:
  explicit Assigner(const Value& value) : value_(value) {}

  std::string operator()(Value* variable) { return *variable = value_, std::string(); }
  std::string operator()(std::string_view* variable) {
    if (!value_.is_string()) return Wanted("string");
    *variable = value_.AsString();
    return {};
  }
  std::string operator()(bool* variable) {
    if (!value_.is_bool()) return Wanted("bool");
    *variable = value_.AsBool();
    return {};
  }
  std::string operator()(int64_t* variable) {
    if (!value_.is_int()) return Wanted("int");
    if (!value_.is_int64())
      return fmt::format("{} out of range (want value in signed 64-bit range)", number::ToText(IntOperand(value_)));
    *variable = value_.AsInt64();
    return {};
  }
  std::string operator()(double* variable) {
    if (!value_.is_float()) return Wanted("float");
    *variable = value_.AsFloat();
    return {};
  }
  std::string operator()(List** variable) {
    if (!value_.is(Kind::kList)) return Wanted("list");
    *variable = value_.As<List>();
    return {};
  }
  std::string operator()(Dict** variable) {
    if (!value_.is(Kind::kDict)) return Wanted("dict");
    *variable = value_.As<Dict>();
    return {};
  }
  std::string operator()(Callable* variable) {
    if (!IsCallable(value_)) return Wanted("callable");
    variable->value = value_;
    return {};
  }
  std::string operator()(Iterable* variable) {
    if (!IsIterable(value_)) return Wanted("iterable");
    variable->value = value_;
    return {};
  }

 private:
  std::string Wanted(std::string_view type) const { return fmt::format("got {}, want {}", TypeName(value_), type); }
  const Value& value_;
};

/// The name without the marks of what is optional.
std::string_view PlainName(std::string_view name) {
  return name.substr(0, name.find('?'));
}

bool SkipsNone(std::string_view name) {
  return name.ends_with("??");
}

/// `shown` is the parameter's name in messages: in quotes where the program wrote it.
bool AssignNamed(Thread& thread, std::string_view function, const NativeParameter& parameter, std::string_view shown,
                 const Value& value) {
  if (SkipsNone(parameter.name) && value.is_none()) return true;
  const std::string wrong = std::visit(Assigner(value), parameter.variable);
  if (wrong.empty()) return true;
  thread.Fail("{}: for parameter {}: {}", function, shown, wrong);
  return false;
}

bool FailUnexpected(Thread& thread, std::string_view function, const Value& keyword,
                    std::initializer_list<NativeParameter> parameters) {
  std::vector<std::string_view> names;
  for (const NativeParameter& parameter : parameters) names.push_back(PlainName(parameter.name));
  const std::string_view nearest = NearestName(keyword.AsString(), names);
  std::string quoted;
  text::AppendQuoted(keyword.AsString(), quoted);
  if (nearest.empty())
    thread.Fail("{}: unexpected keyword argument {}", function, quoted);
  else
    thread.Fail("{}: unexpected keyword argument {} (did you mean {}?)", function, quoted, nearest);
  return false;
}

using Given = std::bitset<64>;  ///< native functions have few parameters

bool UnpackKeyword(Thread& thread, const Arguments& arguments, size_t which,
                   std::initializer_list<NativeParameter> parameters, Given& given) {
  const Value& keyword = arguments.keywords[which];
  const std::string_view name = keyword.AsString();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const NativeParameter& parameter = parameters.begin()[i];
    if (PlainName(parameter.name) != name) continue;
    std::string quoted;
    text::AppendQuoted(name, quoted);
    if (given[i]) {
      thread.Fail("{}: got multiple values for keyword argument {}", arguments.function, quoted);
      return false;
    }
    given[i] = true;
    return AssignNamed(thread, arguments.function, parameter, quoted, arguments.keyword_values[which]);
  }
  return FailUnexpected(thread, arguments.function, keyword, parameters);
}

}  // namespace

bool Unpack(Thread& thread, const Arguments& arguments, std::initializer_list<NativeParameter> parameters) {
  const size_t count = arguments.size();
  if (count > parameters.size()) {
    thread.Fail("{}: got {} arguments, want at most {}", arguments.function, count, parameters.size());
    return false;
  }
  Given given;
  for (size_t i = 0; i < count; ++i) {
    given[i] = true;
    const NativeParameter& parameter = parameters.begin()[i];
    if (!AssignNamed(thread, arguments.function, parameter, PlainName(parameter.name), arguments[i])) return false;
  }
  for (size_t i = 0; i < arguments.keywords.size(); ++i)
    if (!UnpackKeyword(thread, arguments, i, parameters, given)) return false;
  for (size_t i = count; i < parameters.size(); ++i) {
    const std::string_view name = parameters.begin()[i].name;
    if (name.ends_with('?')) break;
    if (given[i]) continue;
    thread.Fail("{}: missing argument for {}", arguments.function, name);
    return false;
  }
  return true;
}

bool UnpackPositional(Thread& thread, const Arguments& arguments, size_t required,
                      std::initializer_list<NativeParameter> parameters) {
  const size_t count = arguments.size();
  const size_t most = parameters.size();
  if (arguments.has_keywords()) {
    thread.Fail("{}: unexpected keyword arguments", arguments.function);
    return false;
  }
  if (count < required || count > most) {
    const std::string_view bound = required == most ? "" : count < required ? "at least " : "at most ";
    thread.Fail("{}: got {} arguments, want {}{}", arguments.function, count, bound,
                count < required ? required : most);
    return false;
  }
  for (size_t i = 0; i < count; ++i) {
    const std::string wrong = std::visit(Assigner(arguments[i]), parameters.begin()[i].variable);
    if (wrong.empty()) continue;
    thread.Fail("{}: for parameter {}: {}", arguments.function, i + 1, wrong);
    return false;
  }
  return true;
}

}  // namespace firn::starlark
