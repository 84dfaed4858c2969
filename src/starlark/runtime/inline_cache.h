#pragma once

#include <cstdint>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/value.h"

namespace firn::starlark {

/// What an access in a program has found last time, on this thread: the slot of a host object, or a method.
struct InlineCache {
  const void* owner = nullptr;  ///< a HostType, or what stands for a kind
  uint64_t layout = 0;          ///< of the host object
  const NativeDefinition* method = nullptr;
  HostType::Slot slot = HostType::kNoSlot;

  /// `object` if it is of the host, and `slot` is the right one for it; else null.
  HostObject* HostWithSlot(const Value& object) const {
    if (!object.is(Kind::kHost)) return nullptr;
    auto* host = object.As<HostObject>();
    return host->layout == layout && host->type == owner && slot >= 0 ? host : nullptr;
  }
  /// `method` if it is that of `object`; else null.
  const NativeDefinition* MethodOf(const Value& object) const { return OwnerOf(object) == owner ? method : nullptr; }

  /// What tells the methods of values apart: the host's type, or the kind.
  static const void* OwnerOf(const Value& object) {
    if (object.is(Kind::kHost)) return object.As<HostObject>()->type;
    const Kind kind = object.is(Kind::kShortString) ? Kind::kString : object.kind();
    return reinterpret_cast<const void*>(static_cast<uintptr_t>(kind));
  }
};

}  // namespace firn::starlark
