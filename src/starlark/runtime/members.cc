#include "starlark/runtime/attributes.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/operations.h"

/// Attributes, constant keys and methods through the inline caches: the slow way, that fills them.

namespace firn::starlark {
namespace {

/// What tells the methods of values apart: the host's type, or the kind.
const void* OwnerOf(const Value& object) {
  if (object.is(Kind::kHost)) return object.As<HostObject>()->type;
  const Kind kind = object.is(Kind::kShortString) ? Kind::kString : object.kind();
  return reinterpret_cast<const void*>(static_cast<uintptr_t>(kind));
}

}  // namespace

const NativeDefinition* Interpreter::FindCachedMethod(const Value& object, const Value& name, InlineCache& cache) {
  const void* owner = OwnerOf(object);
  if (cache.owner == owner && cache.method != nullptr) return cache.method;
  const NativeDefinition* method = FindMethod(MethodsOf(thread_.library(), object), name.AsString());
  if (method != nullptr) cache = {owner, 0, method, -1};
  return method;
}

Value Interpreter::GetMember(const Value& object, const Value& name, InlineCache& cache) {
  if (object.is(Kind::kHost)) {
    auto& host = *object.As<HostObject>();
    if (host.layout != 0) {
      const HostType::Slot slot = host.type->FindAttr(host, name.AsString());
      if (slot != HostType::kNoSlot) {
        cache = {host.type, host.layout, nullptr, slot};
        return host.type->AttrAt(thread_, host, slot);
      }
    }
  }
  const Value value = GetAttr(thread_, object, name.AsString());
  if (value.is_null() && !thread_.failed()) return FailAttr(thread_, object, name.AsString());
  return value;
}

bool Interpreter::SetMember(const Value& object, const Value& name, const Value& value, InlineCache& cache) {
  if (object.is(Kind::kHost)) {
    auto& host = *object.As<HostObject>();
    if (host.layout != 0) {
      const HostType::Slot slot = host.type->FindAttr(host, name.AsString());
      if (slot != HostType::kNoSlot) {
        cache = {host.type, host.layout, nullptr, slot};
        return host.type->SetAttrAt(thread_, host, slot, value);
      }
    }
  }
  return SetAttr(thread_, object, name.AsString(), value);
}

Value Interpreter::GetHostKey(const Value& object, const Value& key, InlineCache& cache) {
  auto& host = *object.As<HostObject>();
  if (host.layout != 0) {
    const HostType::Slot slot = host.type->FindKey(host, key.AsString());
    if (slot != HostType::kNoSlot) {
      cache = {host.type, host.layout, nullptr, slot};
      return host.type->GetAt(thread_, host, slot);
    }
  }
  return GetIndex(thread_, object, key);
}

bool Interpreter::SetHostKey(const Value& object, const Value& key, const Value& value, InlineCache& cache) {
  auto& host = *object.As<HostObject>();
  if (host.layout != 0) {
    const HostType::Slot slot = host.type->FindKey(host, key.AsString());
    if (slot != HostType::kNoSlot) {
      cache = {host.type, host.layout, nullptr, slot};
      return host.type->SetAt(thread_, host, slot, value);
    }
  }
  return SetIndex(thread_, object, key, value);
}

}  // namespace firn::starlark
