#include "starlark/runtime/attributes.h"

#include <algorithm>

#include "starlark/runtime/host_object.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/thread.h"
#include "starlark/syntax/spelling.h"

namespace firn::starlark {

NativeTable MethodsOf(const Library& library, const Value& object) {
  switch (object.kind()) {
    case Kind::kShortString:
    case Kind::kString:
      return library.string_methods;
    case Kind::kBytes:
      return library.bytes_methods;
    case Kind::kList:
      return library.list_methods;
    case Kind::kDict:
      return library.dict_methods;
    case Kind::kSet:
      return library.set_methods;
    case Kind::kHost:
      return object.As<HostObject>()->type->methods();
    default:
      return {};
  }
}

const NativeDefinition* FindMethod(NativeTable table, std::string_view name) {
  for (const NativeDefinition& definition : table)
    if (definition.name == name) return &definition;
  return nullptr;
}

namespace {

std::string Suggestion(Thread& thread, const Value& object, std::string_view name) {
  const std::vector<std::string> names = AttrNames(thread, object);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string_view nearest = NearestName(name, candidates);
  return nearest.empty() ? std::string() : fmt::format(" (did you mean .{}?)", nearest);
}

}  // namespace

Value FailAttr(Thread& thread, const Value& object, std::string_view name) {
  return thread.Fail("{} has no .{} field or method{}", TypeName(object), name, Suggestion(thread, object, name));
}

Value GetAttr(Thread& thread, const Value& object, std::string_view name) {
  if (const NativeDefinition* method = FindMethod(MethodsOf(thread.library(), object), name))
    return MakeBuiltin(thread.heap(), *method, object);
  if (!object.is(Kind::kHost)) return {};
  auto& host = *object.As<HostObject>();
  return host.type->Attr(thread, host, name);
}

bool SetAttr(Thread& thread, const Value& object, std::string_view name, const Value& value) {
  if (object.is(Kind::kHost)) {
    auto& host = *object.As<HostObject>();
    if (host.type->SetAttr(thread, host, name, value)) return true;
    if (thread.failed()) return false;
  }
  thread.Fail("can't assign to .{} field of {}", name, TypeName(object));
  return false;
}

std::vector<std::string> AttrNames(Thread& thread, const Value& object) {
  std::vector<std::string> names;
  for (const NativeDefinition& method : MethodsOf(thread.library(), object)) names.emplace_back(method.name);
  if (object.is(Kind::kHost)) {
    const auto& host = *object.As<HostObject>();
    host.type->AppendAttrNames(host, names);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace firn::starlark
