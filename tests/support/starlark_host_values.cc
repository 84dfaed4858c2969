#include "starlark_host_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"
#include "starlark/syntax/spelling.h"
#include "starlark_chunks.h"

namespace firn::testing {
namespace {

using starlark::Arguments;
using starlark::BinaryOperator;
using starlark::Dict;
using starlark::Heap;
using starlark::HostObject;
using starlark::HostType;
using starlark::Kind;
using starlark::Marker;
using starlark::Thread;
using starlark::Value;

/// A host object with named values.
struct Record : HostObject {
  explicit Record(const HostType& host_type) : HostObject(host_type) {}
  Value name;  ///< of a module
  Dict* fields = nullptr;
};

Record& AsRecord(HostObject& object) {
  return static_cast<Record&>(object);
}
const Record& AsRecord(const HostObject& object) {
  return static_cast<const Record&>(object);
}

/// What the types with fields have in common.
class RecordType : public HostType {
 public:
  Value Attr(Thread& thread, HostObject& object, std::string_view name) const override {
    const auto* entry = AsRecord(object).fields->table.Find(thread, MakeString(thread.heap(), name));
    return entry == nullptr ? Value() : entry->value;
  }
  void AppendAttrNames(const HostObject& object, std::vector<std::string>& names) const override {
    for (const auto& entry : AsRecord(object).fields->table) names.emplace_back(entry.key.AsString());
  }
  void Freeze(HostObject& object) const override {
    object.is_frozen = true;
    starlark::Freeze(Value::Of(AsRecord(object).fields));
  }
  void Trace(HostObject& object, Marker& marker) const override {
    marker.Mark(AsRecord(object).name);
    marker.Mark(Value::Of(AsRecord(object).fields));
  }
};

class StructType : public RecordType {
 public:
  std::string_view name() const override { return "struct"; }
  void Repr(Thread& thread, const HostObject& object, std::string& out) const override {
    out += "struct(";
    std::string_view separator;
    std::vector<std::string> names;
    AppendAttrNames(object, names);
    std::sort(names.begin(), names.end());
    for (const std::string& field : names) {
      out += fmt::format("{}{} = ", separator, field);
      separator = ", ";
      const auto* entry = AsRecord(object).fields->table.Find(thread, MakeString(thread.heap(), field));
      if (!AppendRepr(thread, entry->value, out)) return;
    }
    out += ")";
  }
  bool Equal(Thread& thread, const HostObject& object, const HostObject& other) const override {
    return starlark::Equal(thread, Value::Of(AsRecord(object).fields), Value::Of(AsRecord(other).fields));
  }
  bool is_hashable() const override { return true; }
  uint64_t Hash(const HostObject& object) const override { return AsRecord(object).fields->table.size; }
  /// The fields of both; where both have one, the right one's.
  Value Binary(Thread& thread, BinaryOperator op, const Value& left, const Value& right) const override {
    if (op != BinaryOperator::kPlus || !IsStruct(left) || !IsStruct(right)) return {};
    Dict* fields = NewDict(thread.heap());
    for (const Value& side : {left, right})
      for (const auto& entry : AsRecord(*side.As<HostObject>()).fields->table)
        if (!Insert(thread, *fields, entry.key, entry.value)) return {};
    auto* sum = starlark::NewHost<Record>(thread.heap(), *this);
    sum->fields = fields;
    return Value::Of<HostObject>(sum);
  }

 private:
  bool IsStruct(const Value& value) const { return value.is(Kind::kHost) && value.As<HostObject>()->type == this; }
};

class ModuleType : public RecordType {
 public:
  std::string_view name() const override { return "module"; }
  void Repr(Thread& /*thread*/, const HostObject& object, std::string& out) const override {
    const Value& module_name = AsRecord(object).name;
    out += fmt::format("<module \"{}\">", module_name.AsString());
  }
};

/// Takes any field, except those that begin with "no"; a list plus one is 42.
class HasFieldsType : public RecordType {
 public:
  std::string_view name() const override { return "hasfields"; }
  void Repr(Thread& /*thread*/, const HostObject& /*object*/, std::string& out) const override { out += "hasfields"; }
  bool is_hashable() const override { return true; }
  uint64_t Hash(const HostObject& /*object*/) const override { return 42; }
  bool SetAttr(Thread& thread, HostObject& object, std::string_view field, const Value& value) const override {
    if (object.is_frozen) return Failed(thread.Fail("cannot set field on a frozen hasfields"));
    if (field.starts_with("no")) return Failed(thread.Fail("no .{} field{}", field, Hint(object, field)));
    return Insert(thread, *AsRecord(object).fields, MakeString(thread.heap(), field), value);
  }
  Value Binary(Thread& /*thread*/, BinaryOperator op, const Value& left, const Value& right) const override {
    const bool has_list = left.is(Kind::kList) || right.is(Kind::kList);
    return op == BinaryOperator::kPlus && has_list ? Value::Int(42) : Value();
  }

 private:
  static bool Failed(const Value& /*failure*/) { return false; }
  std::string Hint(const HostObject& object, std::string_view field) const {
    std::vector<std::string> names;
    AppendAttrNames(object, names);
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const std::string_view nearest = starlark::NearestName(field, candidates);
    return nearest.empty() ? "" : fmt::format(" (did you mean .{}?)", nearest);
  }
};

class FibonacciType : public HostType {
 public:
  std::string_view name() const override { return "fib"; }
  void Repr(Thread& /*thread*/, const HostObject& /*object*/, std::string& out) const override { out += "fib"; }
  bool is_iterable() const override { return true; }
  Value Next(Thread& /*thread*/, HostObject& /*object*/, int64_t& position) const override {
    uint64_t number = 0;
    uint64_t next = 1;
    for (int64_t i = 0; i < position; ++i) number = std::exchange(next, number + next);
    ++position;
    return Value::Int(static_cast<int64_t>(number));
  }
};

class ReportType : public HostType {
 public:
  std::string_view name() const override { return "report"; }
  void Repr(Thread& /*thread*/, const HostObject& /*object*/, std::string& out) const override { out += "report"; }
};

const StructType kStructType;
const ModuleType kModuleType;
const HasFieldsType kHasFieldsType;
const FibonacciType kFibonacciType;
const ReportType kReportType;

// ---- functions

Value MakeRecord(Thread& thread, const HostType& type, const Arguments& arguments) {
  Dict* fields = NewDict(thread.heap());
  for (size_t i = 0; i < arguments.keywords.size(); ++i)
    if (!Insert(thread, *fields, arguments.keywords[i], arguments.keyword_values[i])) return {};
  auto* record = starlark::NewHost<Record>(thread.heap(), type);
  record->fields = fields;
  return Value::Of<HostObject>(record);
}

Value MakeStruct(Thread& thread, const Arguments& arguments) {
  if (arguments.size() > 0) return thread.Fail("struct: unexpected positional arguments");
  return MakeRecord(thread, kStructType, arguments);
}

Value MakeModule(Thread& thread, const Arguments& arguments) {
  if (arguments.size() != 1 || !arguments[0].is_string()) return thread.Fail("module: want a name");
  Value value = MakeRecord(thread, kModuleType, arguments);
  if (!value.is_null()) static_cast<Record*>(value.As<HostObject>())->name = arguments[0];
  return value;
}

Value MakeHasFields(Thread& thread, const Arguments& arguments) {
  if (arguments.size() > 0 || arguments.has_keywords()) return thread.Fail("hasfields: unexpected arguments");
  return MakeRecord(thread, kHasFieldsType, arguments);
}

Value FreezeOf(Thread& thread, const Arguments& arguments) {
  if (arguments.has_keywords()) return thread.Fail("freeze does not accept keyword arguments");
  if (arguments.size() != 1) return thread.Fail("freeze got {} arguments, wants 1", arguments.size());
  Freeze(arguments[0]);
  return arguments[0];
}

/// Calls the only argument. The null Value, without failure, where that failed: `message` says why.
Value CallGuarded(Thread& thread, const Arguments& arguments, std::string& message) {
  if (arguments.size() != 1) return thread.Fail("{}: got {} arguments, want 1", arguments.function, arguments.size());
  const Value result = thread.Call(arguments[0], {});
  if (!thread.failed() || thread.error().is_fatal) return result;
  message = thread.TakeError().message;
  return {};
}

Value Catch(Thread& thread, const Arguments& arguments) {
  std::string message;
  const Value result = CallGuarded(thread, arguments, message);
  if (thread.failed()) return {};
  return result.is_null() ? MakeString(thread.heap(), message) : Value::None();
}

Value Attempt(Thread& thread, const Arguments& arguments) {
  std::string message;
  const Value result = CallGuarded(thread, arguments, message);
  if (thread.failed() || !result.is_null()) return result;
  const Value items[] = {MakeString(thread.heap(), "error"), MakeString(thread.heap(), message)};
  return MakeTuple(thread.heap(), items);
}

Value Matches(Thread& thread, const Arguments& arguments) {
  std::string_view pattern;
  std::string_view text;
  if (!Unpack(thread, arguments, {{"pattern", &pattern}, {"str", &text}})) return {};
  return Value::Bool(MatchesStarlarkPattern(std::string(pattern), std::string(text)));
}

Value Near(Thread& thread, const Arguments& arguments) {
  double a = 0;
  double b = 0;
  if (!UnpackPositional(thread, arguments, 2, {{"x", &a}, {"y", &b}})) return {};
  if (std::isnan(a) || std::isnan(b)) return Value::Bool(std::isnan(a) && std::isnan(b));
  return Value::Bool(a == b || std::llabs(std::bit_cast<int64_t>(a) - std::bit_cast<int64_t>(b)) == 1);
}

Value Report(Thread& thread, const Arguments& arguments) {
  std::string text;
  for (const Value& argument : arguments.positional)
    if (!AppendStr(thread, argument, text)) return {};
  static_cast<StarlarkReport*>(arguments.self.As<HostObject>())->failures.push_back(std::move(text));
  return Value::None();
}

constexpr starlark::NativeDefinition kFunctions[] = {
    {"struct", MakeStruct}, {"module", MakeModule}, {"hasfields", MakeHasFields}, {"freeze", FreezeOf},
    {"catch", Catch},       {"attempt", Attempt},   {"matches", Matches},         {"near", Near}};
constexpr starlark::NativeDefinition kReport = {"report", Report};

}  // namespace

StarlarkReport::StarlarkReport() : HostObject(kReportType) {
  is_unmanaged = true;
}

starlark::NativeTable StarlarkHostFunctions() {
  return kFunctions;
}

const starlark::NativeDefinition& StarlarkReportFunction() {
  return kReport;
}

Value StarlarkFibonacci() {
  static HostObject fibonacci = [] {
    HostObject object(kFibonacciType);
    object.is_unmanaged = true;
    object.is_frozen = true;
    return object;
  }();
  return Value::Of(&fibonacci);
}

}  // namespace firn::testing
