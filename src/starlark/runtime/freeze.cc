#include <vector>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/function.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"

namespace firn::starlark {
namespace {

/// Freezes in a loop and not by recursion, so that any depth of nesting is safe.
class Freezer {
 public:
  void Run(const Value& value) {
    Add(value);
    while (!pending_.empty()) {
      const Value next = pending_.back();
      pending_.pop_back();
      Expand(next);
    }
  }

 private:
  /// Of what cannot change itself, but may hold something that can, the flag says that a freezer has been there.
  void Add(const Value& value) {
    if (!value.is_object() || value.AsObject()->is_frozen) return;
    value.AsObject()->is_frozen = true;
    pending_.push_back(value);
  }

  void Add(const Value* values, size_t count) {
    for (size_t i = 0; i < count; ++i) Add(values[i]);
  }

  void Add(const HashTable& table) {
    for (const HashTable::Entry& entry : table) {
      Add(entry.key);
      Add(entry.value);
    }
  }

  void Expand(const Value& value) {
    switch (value.kind()) {
      case Kind::kTuple:
        return Add(value.As<Tuple>()->data(), value.As<Tuple>()->size);
      case Kind::kList:
        return Add(value.As<List>()->data, value.As<List>()->size);
      case Kind::kDict:
        return Add(value.As<Dict>()->table);
      case Kind::kSet:
        return Add(value.As<Set>()->table);
      case Kind::kFunction:
        return Add(value.As<Function>()->values(), value.As<Function>()->value_count());
      case Kind::kBuiltin:
        return Add(value.As<Builtin>()->self);
      case Kind::kCell:
        return Add(value.As<Cell>()->value);
      case Kind::kHost: {
        auto& host = *value.As<HostObject>();
        return host.type->Freeze(host);
      }
      default:
        return;
    }
  }

  std::vector<Value> pending_;
};

}  // namespace

void Freeze(const Value& value) {
  Freezer().Run(value);
}

}  // namespace firn::starlark
