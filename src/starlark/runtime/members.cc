#include "starlark/runtime/attributes.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/operations.h"

/// Attributes and constant keys through the inline caches: the slow way, that fills them.

namespace firn::starlark {
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

Value Interpreter::GetKey(const Value& object, const Value& key, InlineCache& cache) {
  if (object.is(Kind::kHost)) {
    auto& host = *object.As<HostObject>();
    if (host.layout != 0) {
      const HostType::Slot slot = host.type->FindKey(host, key.AsString());
      if (slot != HostType::kNoSlot) {
        cache = {host.type, host.layout, nullptr, slot};
        return host.type->GetAt(thread_, host, slot);
      }
    }
  }
  return GetIndex(thread_, object, key);
}

bool Interpreter::SetKey(const Value& object, const Value& key, const Value& value, InlineCache& cache) {
  if (object.is(Kind::kHost)) {
    auto& host = *object.As<HostObject>();
    if (host.layout != 0) {
      const HostType::Slot slot = host.type->FindKey(host, key.AsString());
      if (slot != HostType::kNoSlot) {
        cache = {host.type, host.layout, nullptr, slot};
        return host.type->SetAt(thread_, host, slot, value);
      }
    }
  }
  return SetIndex(thread_, object, key, value);
}

}  // namespace firn::starlark
