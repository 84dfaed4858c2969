#include <atomic>

#include "base/checksum.h"
#include "starlark/number/order.h"
#include "starlark/runtime/callable.h"
#include "starlark/runtime/function.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {
namespace {

constexpr int kMaxHashDepth = 1000;

__extension__ using Uint128 = unsigned __int128;

uint64_t Mix(uint64_t a, uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a ^ 0x9e3779b97f4a7c15) * (b ^ 0xd6e8feb86659fd93);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

bool HashAt(Thread& thread, const Value& value, int depth, uint64_t* hash);

bool HashTuple(Thread& thread, const Tuple& tuple, int depth, uint64_t* hash) {
  if (depth > kMaxHashDepth) {
    thread.Fail("tuple is nested too deeply to be hashed");
    return false;
  }
  if (!thread.ChargeSteps(1 + tuple.size / 8)) return false;
  uint64_t mixed = tuple.size;
  for (const Value& item : tuple.items()) {
    uint64_t next = 0;
    if (!HashAt(thread, item, depth + 1, &next)) return false;
    mixed = Mix(mixed, next);
  }
  *hash = mixed;
  return true;
}

bool HashAt(Thread& thread, const Value& value, int depth, uint64_t* hash) {
  switch (value.kind()) {
    case Kind::kShortString:
      *hash = Mix(value.meta(), value.payload());
      return true;
    case Kind::kString:
      *hash = HashString(value);
      return true;
    case Kind::kNone:
    case Kind::kBool:
      *hash = Mix(value.meta(), value.payload());
      return true;
    case Kind::kInt:
      *hash = Mix(number::HashInt(value.AsInt64()), 0);
      return true;
    case Kind::kBigInt:
      *hash = Mix(number::HashInt(value.As<BigIntObject>()->view()), 0);
      return true;
    case Kind::kFloat:
      *hash = Mix(number::HashFloat(value.AsFloat()), 0);
      return true;
    case Kind::kBytes:
      *hash = HashBytes(value.As<Bytes>()->view());
      return true;
    case Kind::kTuple:
      return HashTuple(thread, *value.As<Tuple>(), depth, hash);
    case Kind::kFunction:
      *hash = Mix(value.payload(), 1);
      return true;
    case Kind::kBuiltin: {
      const auto& builtin = *value.As<Builtin>();
      *hash = Mix(builtin.self.is_null() ? reinterpret_cast<uint64_t>(builtin.definition) : value.payload(), 1);
      return true;
    }
    case Kind::kHost: {
      const auto& host = *value.As<HostObject>();
      if (!host.type->is_hashable()) return thread.FailWith(host.type->UnhashableMessage()), false;
      *hash = Mix(host.type->Hash(host), 2);
      return true;
    }
    case Kind::kRange:
    case Kind::kElements:
      thread.Fail("unhashable: {}", TypeName(value));
      return false;
    default:
      break;
  }
  thread.Fail("unhashable type: {}", TypeName(value));
  return false;
}

}  // namespace

uint64_t HashString(const Value& string) {
  if (string.is(Kind::kShortString)) return Mix(string.meta(), string.payload());
  const auto& text = *string.As<String>();
  // A race between threads is harmless: both write the same number.
  std::atomic_ref<uint64_t> stored(text.hash);
  uint64_t hash = stored.load(std::memory_order_relaxed);
  if (hash == 0) {
    hash = HashBytes(text.view()) | 1;
    stored.store(hash, std::memory_order_relaxed);
  }
  return hash;
}

bool Hash(Thread& thread, const Value& value, uint64_t* hash) {
  return HashAt(thread, value, 0, hash);
}

}  // namespace firn::starlark
