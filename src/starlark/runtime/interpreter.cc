// The machine.
//
// A program is executed by a register machine. Each active call of a program's function has a Frame, and a row of
// registers on one stack of values: first the function's parameters and other locals, by the resolver's numbers, then
// temporaries. A call overlaps rows: the caller puts callee and arguments into its uppermost registers, and the
// arguments are the callee's first registers where they stand; nothing is copied. Calls from program to program do not
// recurse in C++; calls through native code (sorted with a key, say) do, to a bounded depth.
//
// An instruction names up to three operands, A, B, C (compile/instruction.h lists all). A register operand counts from
// the frame's `registers`, a negative one from the end of the function's `constants`, so that both cost the same.
// Instructions are dispatched by a jump through a table at the end of each. What ints, floats, short strings, lists and
// dicts do most often is done in this file; everything else is a call of a function in operations.h, members.cc, ….
//
// Values are 16 bytes and carry their kind, so an instruction looks at words and not at memory. Attributes, methods
// and constant keys go through an InlineCache of this thread: a method is looked up once, and a host's slot once for
// each layout.
//
// Failure: whatever fails leaves an error in the Thread; the loop goes to `failed`, which records the backtrace, ends
// all `for` loops of the frames down to the one that native code has called, and returns the null value. Safe points
// are calls and the ends of loops: there one counter, the thread's fuel, tells whether steps are used up, somebody has
// cancelled, or the heap wants a collection. Registers up to `top_` are always initialized, because the collector
// reads them; those that are dead may keep an object alive for longer than needed, but never point to a freed one.

#include "starlark/runtime/interpreter.h"

#include "starlark/runtime/attributes.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/loop_state.h"
#include "starlark/runtime/module.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"

// Labels as values are an extension that both GCC and Clang have.
#pragma GCC diagnostic ignored "-Wpedantic"

namespace firn::starlark {
namespace {

constexpr auto kIntMeta = static_cast<uint64_t>(Kind::kInt);
constexpr auto kFloatMeta = static_cast<uint64_t>(Kind::kFloat);

inline bool AreInts(const Value& x, const Value& y) {
  return ((x.meta() ^ kIntMeta) | (y.meta() ^ kIntMeta)) == 0;
}

/// Whether both are numbers that a double holds (an int64 is rounded as every conversion does), one of them a float.
inline bool ToFloats(const Value& x, const Value& y, double* a, double* b) {
  if (x.meta() == kFloatMeta) {
    *a = x.AsFloat();
    if (y.meta() == kFloatMeta)
      *b = y.AsFloat();
    else if (y.meta() == kIntMeta)
      *b = static_cast<double>(y.AsInt64());
    else
      return false;
    return true;
  }
  if (y.meta() != kFloatMeta || x.meta() != kIntMeta) return false;
  *a = static_cast<double>(x.AsInt64());
  *b = y.AsFloat();
  return true;
}

/// Whether the cache has the slot of this object.
inline bool IsSlotOf(const InlineCache& cache, const Value& object) {
  if (!object.is(Kind::kHost)) return false;
  const auto& host = *object.As<HostObject>();
  return host.layout == cache.layout && host.type == cache.owner && cache.slot >= 0;
}

inline bool FastTruth(const Value& value) {
  return value.kind() <= Kind::kInt ? value.payload() != 0 : Truth(value);
}

}  // namespace

void Interpreter::CollectGarbage() {
  thread_.heap().Collect(*this);
}

/// Called when the fuel is used up, or the heap has raised its alarm.
bool Interpreter::SafePoint() {
  if (thread_.heap().wants_collection()) {
    CollectGarbage();
    if (thread_.heap().is_over_limit()) {
      thread_.FailMemory();
      return false;
    }
  }
  return thread_.fuel_ > 0 || thread_.Refuel();
}

/// Executes the uppermost frame until it returns. Its `result` is null.
Value Interpreter::Run() {
  static const void* const kLabels[] = {
#define FIRN_STARLARK_OPCODE(name) &&L_##name,
      FIRN_STARLARK_OPCODES(FIRN_STARLARK_OPCODE)
#undef FIRN_STARLARK_OPCODE
  };

  const size_t entry_depth = depth_;
  Frame* frame = nullptr;
  const Instruction* pc = nullptr;
  Value* r = nullptr;
  const Value* k = nullptr;
  InlineCache* caches = nullptr;

#define RK(x) ((x) >= 0 ? r : k)[x]
#define CASE(name) L_##name:
#define NEXT goto* kLabels[static_cast<size_t>(pc->opcode)]
#define SAFE_POINT() (--thread_.fuel_ > 0 || SafePoint())

  goto enter;

enter:
  frame = &frames_[depth_ - 1];
  pc = frame->resume;
  r = frame->registers;
  k = frame->code->constants;
  caches = CachesOf(*frame->code->program);
  NEXT;

  CASE(Move) {
    r[pc->a] = RK(pc->b);
    ++pc;
    NEXT;
  }
  CASE(LoadConstant) {
    const int32_t n = pc->n();
    r[pc->a] = n < 0 ? Value() : k[-static_cast<ptrdiff_t>(n) - 1];
    ++pc;
    NEXT;
  }
  CASE(LoadGlobal) {
    const Value& global = frame->function->module->globals_[static_cast<size_t>(pc->n())];
    if (global.is_null()) {
      thread_.Fail("global variable {} referenced before assignment",
                   frame->code->program->source().globals[static_cast<size_t>(pc->n())]);
      goto failed;
    }
    r[pc->a] = global;
    ++pc;
    NEXT;
  }
  CASE(StoreGlobal) {
    frame->function->module->globals_[pc->a] = RK(pc->b);
    ++pc;
    NEXT;
  }
  CASE(LoadPredeclared) {
    r[pc->a] = frame->function->module->predeclared_[static_cast<size_t>(pc->n())];
    ++pc;
    NEXT;
  }
  CASE(LoadFree) {
    const auto index = static_cast<size_t>(pc->n());
    const Value& value = frame->function->captured(index)->value;
    if (value.is_null()) {
      thread_.Fail("local variable {} referenced before assignment", frame->code->source->capture_names[index]);
      goto failed;
    }
    r[pc->a] = value;
    ++pc;
    NEXT;
  }
  CASE(LoadCell) {
    const Value& value = r[pc->b].As<Cell>()->value;
    if (value.is_null()) {
      thread_.Fail("local variable {} referenced before assignment",
                   frame->code->source->local_names[static_cast<size_t>(pc->b)]);
      goto failed;
    }
    r[pc->a] = value;
    ++pc;
    NEXT;
  }
  CASE(StoreCell) {
    r[pc->a].As<Cell>()->value = RK(pc->b);
    ++pc;
    NEXT;
  }
  CASE(MakeCell) {
    auto* cell = thread_.heap().New<Cell>();
    cell->value = r[pc->a];
    r[pc->a] = Value::Of(cell);
    ++pc;
    NEXT;
  }
  CASE(CheckLocal) {
    if (r[pc->a].is_null()) {
      thread_.Fail("local variable {} referenced before assignment", frame->code->source->local_names[pc->a]);
      goto failed;
    }
    ++pc;
    NEXT;
  }

#define ARITHMETIC(name, op, int_operation, float_operation)                            \
  CASE(name) {                                                                          \
    const Value& x = RK(pc->b);                                                         \
    const Value& y = RK(pc->c);                                                         \
    int64_t small = 0;                                                                  \
    double a = 0;                                                                       \
    double b = 0;                                                                       \
    if (AreInts(x, y) && !int_operation(x.AsInt64(), y.AsInt64(), &small)) [[likely]] { \
      r[pc->a] = Value::Int(small);                                                     \
    } else if (ToFloats(x, y, &a, &b)) {                                                \
      r[pc->a] = Value::Float(a float_operation b);                                     \
    } else {                                                                            \
      const Value value = Binary(thread_, BinaryOperator::op, x, y);                    \
      if (value.is_null()) goto failed;                                                 \
      r[pc->a] = value;                                                                 \
    }                                                                                   \
    ++pc;                                                                               \
    NEXT;                                                                               \
  }
  ARITHMETIC(Add, kPlus, __builtin_add_overflow, +)
  ARITHMETIC(Subtract, kMinus, __builtin_sub_overflow, -)
  ARITHMETIC(Multiply, kStar, __builtin_mul_overflow, *)
#undef ARITHMETIC

  CASE(Divide) {
    const Value& x = RK(pc->b);
    const Value& y = RK(pc->c);
    double a = 0;
    double b = 0;
    if (ToFloats(x, y, &a, &b) && b != 0) {
      r[pc->a] = Value::Float(a / b);
    } else {
      const Value value = Binary(thread_, BinaryOperator::kSlash, x, y);
      if (value.is_null()) goto failed;
      r[pc->a] = value;
    }
    ++pc;
    NEXT;
  }
  CASE(Modulo) {
    const Value& x = RK(pc->b);
    const Value& y = RK(pc->c);
    if (AreInts(x, y) && x.AsInt64() >= 0 && y.AsInt64() > 0) {
      r[pc->a] = Value::Int(x.AsInt64() % y.AsInt64());
    } else {
      const Value value = Binary(thread_, BinaryOperator::kPercent, x, y);
      if (value.is_null()) goto failed;
      r[pc->a] = value;
    }
    ++pc;
    NEXT;
  }

#define BINARY(name, function, op)                                                   \
  CASE(name) {                                                                       \
    const Value value = function(thread_, BinaryOperator::op, RK(pc->b), RK(pc->c)); \
    if (value.is_null()) goto failed;                                                \
    r[pc->a] = value;                                                                \
    ++pc;                                                                            \
    NEXT;                                                                            \
  }
  BINARY(FloorDivide, Binary, kSlashSlash)
  BINARY(BitAnd, Binary, kAmpersand)
  BINARY(BitOr, Binary, kPipe)
  BINARY(BitXor, Binary, kCaret)
  BINARY(ShiftLeft, Binary, kShiftLeft)
  BINARY(ShiftRight, Binary, kShiftRight)
  BINARY(In, Binary, kIn)
  BINARY(NotIn, Binary, kNotIn)
  BINARY(InPlaceOr, BinaryInPlace, kPipe)
  BINARY(Equal, Binary, kEqual)
  BINARY(NotEqual, Binary, kNotEqual)
  BINARY(Less, Binary, kLess)
  BINARY(LessEqual, Binary, kLessEqual)
  BINARY(Greater, Binary, kGreater)
  BINARY(GreaterEqual, Binary, kGreaterEqual)
#undef BINARY

  CASE(InPlaceAdd) {
    const Value& x = RK(pc->b);
    const Value& y = RK(pc->c);
    int64_t small = 0;
    double a = 0;
    double b = 0;
    if (AreInts(x, y) && !__builtin_add_overflow(x.AsInt64(), y.AsInt64(), &small)) [[likely]] {
      r[pc->a] = Value::Int(small);
    } else if (ToFloats(x, y, &a, &b)) {
      r[pc->a] = Value::Float(a + b);
    } else {
      const Value value = BinaryInPlace(thread_, BinaryOperator::kPlus, x, y);
      if (value.is_null()) goto failed;
      r[pc->a] = value;
    }
    ++pc;
    NEXT;
  }

#define UNARY(name, op)                                               \
  CASE(name) {                                                        \
    const Value value = Unary(thread_, UnaryOperator::op, RK(pc->b)); \
    if (value.is_null()) goto failed;                                 \
    r[pc->a] = value;                                                 \
    ++pc;                                                             \
    NEXT;                                                             \
  }
  UNARY(Negate, kMinus)
  UNARY(Plus, kPlus)
  UNARY(Invert, kTilde)
#undef UNARY

  CASE(Not) {
    r[pc->a] = Value::Bool(!FastTruth(RK(pc->b)));
    ++pc;
    NEXT;
  }
  CASE(Jump) {
    pc += pc->n();
    NEXT;
  }
  CASE(JumpBack) {
    if (!SAFE_POINT()) goto failed;
    pc += pc->n();
    NEXT;
  }
  CASE(JumpIfTrue) {
    pc += FastTruth(r[pc->a]) ? pc->n() : 1;
    NEXT;
  }
  CASE(JumpIfFalse) {
    pc += FastTruth(r[pc->a]) ? 1 : pc->n();
    NEXT;
  }
  CASE(BranchEqual) {
    const Value& x = RK(pc->b);
    const Value& y = RK(pc->c);
    bool holds = false;
    if (AreInts(x, y) || x.is(Kind::kShortString) || y.is(Kind::kShortString)) {
      holds = x.IsIdentical(y);
    } else {
      holds = Equal(thread_, x, y);
      if (!holds && thread_.failed()) goto failed;
    }
    pc += holds == (pc->a != 0) ? 1 + pc[1].n() : 2;
    NEXT;
  }

#define BRANCH(name, op, comparison)                      \
  CASE(name) {                                            \
    const Value& x = RK(pc->b);                           \
    const Value& y = RK(pc->c);                           \
    bool holds = false;                                   \
    if (AreInts(x, y)) {                                  \
      holds = x.AsInt64() comparison y.AsInt64();         \
    } else {                                              \
      holds = Compare(thread_, BinaryOperator::op, x, y); \
      if (!holds && thread_.failed()) goto failed;        \
    }                                                     \
    pc += holds == (pc->a != 0) ? 1 + pc[1].n() : 2;      \
    NEXT;                                                 \
  }
  BRANCH(BranchLess, kLess, <)
  BRANCH(BranchLessEqual, kLessEqual, <=)
  BRANCH(BranchGreater, kGreater, >)
  BRANCH(BranchGreaterEqual, kGreaterEqual, >=)
#undef BRANCH

  CASE(BranchIn) {
    const int found = Contains(thread_, RK(pc->c), RK(pc->b));
    if (found < 0) goto failed;
    pc += found == pc->a ? 1 + pc[1].n() : 2;
    NEXT;
  }

  CASE(GetAttr) {
    const Value& object = RK(pc->b);
    InlineCache& cache = caches[pc[1].n()];
    frame->resume = pc + 2;
    const Value value = IsSlotOf(cache, object)
                            ? object.As<HostObject>()->type->AttrAt(thread_, *object.As<HostObject>(), cache.slot)
                            : GetMember(object, k[-static_cast<ptrdiff_t>(pc[1].a) - 1], cache);
    if (value.is_null()) goto failed;
    r[pc->a] = value;
    pc += 2;
    NEXT;
  }
  CASE(SetAttr) {
    const Value& object = r[pc->a];
    InlineCache& cache = caches[pc[1].n()];
    frame->resume = pc + 2;
    const bool is_set =
        IsSlotOf(cache, object)
            ? object.As<HostObject>()->type->SetAttrAt(thread_, *object.As<HostObject>(), cache.slot, RK(pc->b))
            : SetMember(object, k[-static_cast<ptrdiff_t>(pc[1].a) - 1], RK(pc->b), cache);
    if (!is_set) goto failed;
    pc += 2;
    NEXT;
  }
  CASE(GetIndex) {
    const Value& object = RK(pc->b);
    const Value& index = RK(pc->c);
    if (object.is(Kind::kList) && index.meta() == kIntMeta &&
        static_cast<uint64_t>(index.AsInt64()) < object.As<List>()->size) {
      r[pc->a] = object.As<List>()->data[index.AsInt64()];
      ++pc;
      NEXT;
    }
    frame->resume = pc + 1;
    const Value value = GetIndex(thread_, object, index);
    if (value.is_null()) goto failed;
    r[pc->a] = value;
    ++pc;
    NEXT;
  }
  CASE(GetKey) {
    const Value& object = RK(pc->b);
    const Value& key = RK(pc->c);
    frame->resume = pc + 2;
    Value value;
    if (!object.is(Kind::kHost)) {
      value = GetIndex(thread_, object, key);
    } else if (InlineCache& cache = caches[pc[1].n()]; IsSlotOf(cache, object)) {
      value = object.As<HostObject>()->type->GetAt(thread_, *object.As<HostObject>(), cache.slot);
    } else {
      value = GetHostKey(object, key, cache);
    }
    if (value.is_null()) goto failed;
    r[pc->a] = value;
    pc += 2;
    NEXT;
  }
  CASE(SetIndex) {
    const Value& object = r[pc->a];
    frame->resume = pc + 1;
    if (!SetIndex(thread_, object, RK(pc->b), RK(pc->c))) goto failed;
    ++pc;
    NEXT;
  }
  CASE(SetKey) {
    const Value& object = r[pc->a];
    frame->resume = pc + 2;
    bool is_set = false;
    if (!object.is(Kind::kHost)) {
      is_set = SetIndex(thread_, object, RK(pc->b), RK(pc->c));
    } else if (InlineCache& cache = caches[pc[1].n()]; IsSlotOf(cache, object)) {
      is_set = object.As<HostObject>()->type->SetAt(thread_, *object.As<HostObject>(), cache.slot, RK(pc->c));
    } else {
      is_set = SetHostKey(object, RK(pc->b), RK(pc->c), cache);
    }
    if (!is_set) goto failed;
    pc += 2;
    NEXT;
  }
  CASE(Slice) {
    const Value* operands = &r[pc->a];
    const Value value = Slice(thread_, operands[0], operands[1], operands[2], operands[3]);
    if (value.is_null()) goto failed;
    r[pc->b] = value;
    ++pc;
    NEXT;
  }

  CASE(MakeList) {
    const Value list = MakeList(thread_.heap(), {r + pc->b, static_cast<size_t>(pc->c)});
    if (list.is_null()) goto failed;
    r[pc->a] = list;
    ++pc;
    NEXT;
  }
  CASE(ExtendList) {
    if (!r[pc->a].As<List>()->Append(thread_.heap(), {r + pc->b, static_cast<size_t>(pc->c)})) goto failed;
    ++pc;
    NEXT;
  }
  CASE(AppendList) {
    if (!r[pc->a].As<List>()->Append(thread_.heap(), RK(pc->b))) goto failed;
    ++pc;
    NEXT;
  }
  CASE(MakeTuple) {
    const Value tuple = MakeTuple(thread_.heap(), {r + pc->b, static_cast<size_t>(pc->c)});
    if (tuple.is_null()) goto failed;
    r[pc->a] = tuple;
    ++pc;
    NEXT;
  }
  CASE(TupleOfList) {
    const Value tuple = MakeTuple(thread_.heap(), r[pc->b].As<List>()->items());
    if (tuple.is_null()) goto failed;
    r[pc->a] = tuple;
    ++pc;
    NEXT;
  }
  CASE(MakeDict) {
    r[pc->a] = Value::Of(NewDict(thread_.heap()));
    ++pc;
    NEXT;
  }
  CASE(InsertUnique) {
    HashTable& table = r[pc->a].As<Dict>()->table;
    const uint32_t before = table.size;
    HashTable::Entry* entry = table.FindOrAdd(thread_, RK(pc->b));
    if (entry == nullptr) goto failed;
    if (table.size == before) {
      std::string key;
      if (AppendRepr(thread_, RK(pc->b), key)) thread_.Fail("duplicate key: {}", key);
      goto failed;
    }
    entry->value = RK(pc->c);
    ++pc;
    NEXT;
  }
  CASE(InsertDict) {
    HashTable::Entry* entry = r[pc->a].As<Dict>()->table.FindOrAdd(thread_, RK(pc->b));
    if (entry == nullptr) goto failed;
    entry->value = RK(pc->c);
    ++pc;
    NEXT;
  }

  CASE(ForPrepare) {
    if (!BeginLoop(&r[pc->a], RK(pc->b))) goto failed;
    ++pc;
    NEXT;
  }
  CASE(ForNext) {
    if (!SAFE_POINT()) goto failed;
    Value* state = &r[pc->a];
    Value* item = &r[pc->b];
    switch (FormOf(*state)) {
      case LoopForm::kRange: {
        const uint64_t left = state[0].payload();
        if (left == 0) goto loop_ends;
        const int64_t number = state[1].AsInt64();
        state[0] = Value::LoopState(static_cast<uint8_t>(LoopForm::kRange), left - 1);
        state[1] = Value::Int(static_cast<int64_t>(static_cast<uint64_t>(number) + state[2].payload()));
        *item = Value::Int(number);
        break;
      }
      case LoopForm::kList: {
        const auto* list = reinterpret_cast<const List*>(state->payload());
        const auto at = static_cast<size_t>(state[1].AsInt64());
        if (at >= list->size) goto loop_ends;
        *item = list->data[at];
        state[1] = Value::Int(static_cast<int64_t>(at + 1));
        break;
      }
      case LoopForm::kTuple: {
        const auto items = reinterpret_cast<const Tuple*>(state->payload())->items();
        const auto at = static_cast<size_t>(state[1].AsInt64());
        if (at >= items.size()) goto loop_ends;
        *item = items[at];
        state[1] = Value::Int(static_cast<int64_t>(at + 1));
        break;
      }
      case LoopForm::kDict:
      case LoopForm::kSet: {
        const HashTable& table = reinterpret_cast<const TableObject*>(state->payload())->table;
        auto at = static_cast<uint32_t>(state[1].AsInt64());
        while (at < table.used && table.entries[at].is_removed()) ++at;
        if (at >= table.used) goto loop_ends;
        *item = table.entries[at].key;
        state[1] = Value::Int(at + 1);
        break;
      }
      case LoopForm::kElements: {
        auto offset = static_cast<size_t>(state[1].AsInt64());
        const Value element = NextElement(*reinterpret_cast<const Elements*>(state->payload()), &offset);
        if (element.is_null()) goto loop_ends;
        *item = element;
        state[1] = Value::Int(static_cast<int64_t>(offset));
        break;
      }
      case LoopForm::kHost: {
        Value next;
        if (!NextOfHost(state, &next)) {
          if (thread_.failed()) goto failed;
          goto loop_ends;
        }
        *item = next;
        break;
      }
    }
    pc += 1 + pc[1].n();
    NEXT;
  }
loop_ends:
  EndLoop(&r[pc->a]);
  pc += 2;
  NEXT;

  CASE(ForEnd) {
    EndLoop(&r[pc->a]);
    ++pc;
    NEXT;
  }
  CASE(Unpack) {
    if (!Unpack(&r[pc->a], RK(pc->b), static_cast<size_t>(pc->c))) goto failed;
    ++pc;
    NEXT;
  }

  CASE(Call) {
    Value* window = &r[pc->a];
    frame->resume = pc + 1;
    if (!SAFE_POINT()) goto failed;
    if (window->is(Kind::kFunction)) {
      if (!PushFrame(*window->As<Function>(), window + 1, static_cast<size_t>(pc->b), {}, &r[pc->c])) goto failed;
      goto enter;
    }
    const Value value = CallNative(*window, window + 1, static_cast<size_t>(pc->b), {});
    if (value.is_null()) goto failed;
    r[pc->c] = value;
    ++pc;
    NEXT;
  }
  CASE(CallNamed) {
    Value* window = &r[pc->a];
    frame->resume = pc + 2;
    if (!SAFE_POINT()) goto failed;
    {
      const size_t count = pc[1].a;
      Value* const saved_top = top_;
      Value* names = Reserve(count);
      if (names == nullptr) goto failed;
      for (size_t i = 0; i < count; ++i) names[i] = k[-static_cast<ptrdiff_t>(i) - pc[1].n() - 1];
      const auto positional = static_cast<size_t>(pc->b);
      const Keywords keywords{names, window + 1 + positional, count};
      if (window->is(Kind::kFunction)) {
        if (!PushFrame(*window->As<Function>(), window + 1, positional, keywords, &r[pc->c])) goto failed;
        frames_[depth_ - 1].saved_top = saved_top;
        goto enter;
      }
      const Value value = CallNative(*window, window + 1, positional, keywords);
      if (value.is_null()) goto failed;
      top_ = saved_top;
      r[pc->c] = value;
    }
    pc += 2;
    NEXT;
  }
  CASE(CallSpread) {
    Value* window = &r[pc->a];
    frame->resume = pc + 2;
    if (!SAFE_POINT()) goto failed;
    {
      Value* const saved_top = top_;
      std::span<const Value> arguments;
      Keywords keywords;
      const size_t named = pc[1].a;
      const Value* names = named == 0 ? nullptr : &k[-static_cast<ptrdiff_t>(static_cast<uint16_t>(pc[1].c)) - 1];
      if (!SpreadArguments(window, static_cast<size_t>(pc->b), named, names, pc[1].b, &arguments, &keywords))
        goto failed;
      if (window->is(Kind::kFunction)) {
        if (!PushFrame(*window->As<Function>(), const_cast<Value*>(arguments.data()), arguments.size(), keywords,
                       &r[pc->c]))
          goto failed;
        frames_[depth_ - 1].saved_top = saved_top;
        goto enter;
      }
      const Value value = CallNative(*window, arguments.data(), arguments.size(), keywords);
      if (value.is_null()) goto failed;
      top_ = saved_top;
      r[pc->c] = value;
    }
    pc += 2;
    NEXT;
  }
  CASE(CallMethod) {
    Value* window = &r[pc->a];
    frame->resume = pc + 2;
    if (!SAFE_POINT()) goto failed;
    {
      const Value& name = k[-static_cast<ptrdiff_t>(pc[1].a) - 1];
      InlineCache& cache = caches[pc[1].n()];
      const std::span<const Value> arguments(window + 1, static_cast<size_t>(pc->b));
      Value callee;
      if (IsSlotOf(cache, *window)) {
        auto& host = *window->As<HostObject>();
        callee = host.type->AttrAt(thread_, host, cache.slot);
      } else if (const NativeDefinition* method = FindCachedMethod(*window, name, cache)) {
        const Value value = CallDefinition(*method, {method->name, *window, arguments, {}, {}});
        if (value.is_null()) goto failed;
        r[pc->c] = value;
        pc += 2;
        NEXT;
      } else {
        callee = GetMember(*window, name, cache);
      }
      if (callee.is_null()) goto failed;
      *window = callee;
      if (callee.is(Kind::kFunction)) {
        if (!PushFrame(*callee.As<Function>(), window + 1, arguments.size(), {}, &r[pc->c])) goto failed;
        goto enter;
      }
      const Value value = CallNative(callee, window + 1, arguments.size(), {});
      if (value.is_null()) goto failed;
      r[pc->c] = value;
    }
    pc += 2;
    NEXT;
  }
  CASE(Return) {
    const Value value = RK(pc->b);
    top_ = frame->saved_top;
    Value* result = frame->result;
    --depth_;
    if (result == nullptr) return value;
    *result = value;
    goto enter;
  }
  CASE(MakeFunction) {
    const Value function = MakeClosure(*frame, *frame->code->functions[static_cast<size_t>(pc->b)], &r[pc->c]);
    if (function.is_null()) goto failed;
    r[pc->a] = function;
    ++pc;
    NEXT;
  }
  CASE(Load) {
    frame->resume = pc + 2;
    const Value& name = k[-static_cast<ptrdiff_t>(pc->b) - 1];
    if (!LoadNames(*frame, &r[pc->a], name, k, static_cast<size_t>(pc[1].n()), pc[1].a)) goto failed;
    pc += 2;
    NEXT;
  }

failed:
  // Where nobody has said what is wrong, an allocation has returned null.
  if (!thread_.failed()) thread_.FailMemory();
  frame->resume = pc + 1;
  RecordBacktrace({});
  Unwind(entry_depth - 1);
  return {};

#undef RK
#undef CASE
#undef NEXT
#undef SAFE_POINT
}

}  // namespace firn::starlark
