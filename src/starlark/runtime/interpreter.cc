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

#include "starlark/runtime/fast_paths.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/loop_state.h"
#include "starlark/runtime/module.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"

// Labels as values are an extension that both GCC and Clang have.
#pragma GCC diagnostic ignored "-Wpedantic"

namespace firn::starlark {

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
#define CONSTANT(n) k[-static_cast<ptrdiff_t>(n) - 1]
#define CASE(name) L_##name:
#define DISPATCH() goto* kLabels[static_cast<size_t>(pc->opcode)]
#define NEXT(length) \
  pc += (length);    \
  DISPATCH()
#define REQUIRE(condition) \
  if (!(condition)) goto failed
// Stores what an expression gives, unless it fails.
#define SET(target, expression)      \
  {                                  \
    const Value value_ = expression; \
    REQUIRE(!value_.is_null());      \
    r[target].AssignWords(value_);   \
  }
// Says where this frame is, which whoever looks at frames wants to know, and where it goes on after a call.
#define SUSPEND(length) frame->resume = pc + (length)
#define SAFE_POINT() REQUIRE(--thread_.fuel_ > 0 || (SUSPEND(1), SafePoint()))

  goto enter;

enter:
  frame = &frames_[depth_ - 1];
  pc = frame->resume;
  r = frame->registers;
  k = frame->code->constants;
  caches = CachesOf(*frame->code->program);
  DISPATCH();

  CASE(Move) {
    r[pc->a] = RK(pc->b);
    NEXT(1);
  }
  CASE(LoadConstant) {
    r[pc->a] = pc->n() < 0 ? Value() : CONSTANT(pc->n());
    NEXT(1);
  }
  CASE(LoadGlobal) {
    const auto index = static_cast<size_t>(pc->n());
    const Value& global = frame->function->module->globals_[index];
    if (global.is_null()) {
      FailUnset("global", frame->code->program->source().globals[index]);
      goto failed;
    }
    r[pc->a] = global;
    NEXT(1);
  }
  CASE(StoreGlobal) {
    frame->function->module->globals_[pc->a] = RK(pc->b);
    NEXT(1);
  }
  CASE(LoadPredeclared) {
    r[pc->a] = frame->function->module->predeclared_[static_cast<size_t>(pc->n())];
    NEXT(1);
  }
  CASE(LoadFree) {
    const auto index = static_cast<size_t>(pc->n());
    const Value& value = frame->function->captured(index)->value;
    if (value.is_null()) {
      FailUnset("local", frame->code->source->capture_names[index]);
      goto failed;
    }
    r[pc->a] = value;
    NEXT(1);
  }
  CASE(LoadCell) {
    const Value& value = r[pc->b].As<Cell>()->value;
    if (value.is_null()) {
      FailUnset("local", frame->code->source->local_names[static_cast<size_t>(pc->b)]);
      goto failed;
    }
    r[pc->a] = value;
    NEXT(1);
  }
  CASE(StoreCell) {
    r[pc->a].As<Cell>()->value = RK(pc->b);
    NEXT(1);
  }
  CASE(MakeCell) {
    auto* cell = thread_.heap().New<Cell>();
    cell->value = r[pc->a];
    r[pc->a] = Value::Of(cell);
    NEXT(1);
  }
  CASE(CheckLocal) {
    if (r[pc->a].is_null()) {
      FailUnset("local", frame->code->source->local_names[pc->a]);
      goto failed;
    }
    NEXT(1);
  }

#define ARITHMETIC(name, op, int_operation, float_operation, otherwise)                 \
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
      SUSPEND(1);                                                                       \
      SET(pc->a, otherwise(thread_, BinaryOperator::op, x, y));                         \
    }                                                                                   \
    NEXT(1);                                                                            \
  }
  ARITHMETIC(Add, kPlus, __builtin_add_overflow, +, Binary)
  ARITHMETIC(InPlaceAdd, kPlus, __builtin_add_overflow, +, BinaryInPlace)
  ARITHMETIC(Subtract, kMinus, __builtin_sub_overflow, -, Binary)
  ARITHMETIC(Multiply, kStar, __builtin_mul_overflow, *, Binary)
#undef ARITHMETIC

  CASE(Divide) {
    const Value& x = RK(pc->b);
    const Value& y = RK(pc->c);
    double a = 0;
    double b = 0;
    if (ToFloats(x, y, &a, &b) && b != 0) {
      r[pc->a] = Value::Float(a / b);
    } else {
      SUSPEND(1);
      SET(pc->a, Binary(thread_, BinaryOperator::kSlash, x, y));
    }
    NEXT(1);
  }
  CASE(Modulo) {
    const Value& x = RK(pc->b);
    const Value& y = RK(pc->c);
    if (AreInts(x, y) && x.AsInt64() >= 0 && y.AsInt64() > 0) {
      r[pc->a] = Value::Int(x.AsInt64() % y.AsInt64());
    } else {
      SUSPEND(1);
      SET(pc->a, Binary(thread_, BinaryOperator::kPercent, x, y));
    }
    NEXT(1);
  }

#define BINARY(name, function, op)                                           \
  CASE(name) {                                                               \
    SUSPEND(1);                                                              \
    SET(pc->a, function(thread_, BinaryOperator::op, RK(pc->b), RK(pc->c))); \
    NEXT(1);                                                                 \
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

#define UNARY(name, op)                                       \
  CASE(name) {                                                \
    SET(pc->a, Unary(thread_, UnaryOperator::op, RK(pc->b))); \
    NEXT(1);                                                  \
  }
  UNARY(Negate, kMinus)
  UNARY(Plus, kPlus)
  UNARY(Invert, kTilde)
#undef UNARY

  CASE(Not) {
    r[pc->a] = Value::Bool(!FastTruth(RK(pc->b)));
    NEXT(1);
  }
  CASE(Jump) {
    NEXT(pc->n());
  }
  CASE(JumpBack) {
    SAFE_POINT();
    NEXT(pc->n());
  }
  CASE(JumpIfTrue) {
    NEXT(FastTruth(r[pc->a]) ? pc->n() : 1);
  }
  CASE(JumpIfFalse) {
    NEXT(FastTruth(r[pc->a]) ? 1 : pc->n());
  }

#define BRANCH(name, are_fast, fast, slow)           \
  CASE(name) {                                       \
    const Value& x = RK(pc->b);                      \
    const Value& y = RK(pc->c);                      \
    bool holds = false;                              \
    if (are_fast) {                                  \
      holds = fast;                                  \
    } else {                                         \
      SUSPEND(1);                                    \
      holds = slow;                                  \
      REQUIRE(holds || !thread_.failed());           \
    }                                                \
    NEXT(holds == (pc->a != 0) ? 1 + pc[1].n() : 2); \
  }
#define BRANCH_IN_ORDER(name, op, comparison) \
  BRANCH(name, AreInts(x, y), x.AsInt64() comparison y.AsInt64(), Compare(thread_, BinaryOperator::op, x, y))
  BRANCH(BranchEqual, AreInts(x, y) || x.is(Kind::kShortString) || y.is(Kind::kShortString), x.IsIdentical(y),
         Equal(thread_, x, y))
  BRANCH_IN_ORDER(BranchLess, kLess, <)
  BRANCH_IN_ORDER(BranchLessEqual, kLessEqual, <=)
  BRANCH_IN_ORDER(BranchGreater, kGreater, >)
  BRANCH_IN_ORDER(BranchGreaterEqual, kGreaterEqual, >=)
#undef BRANCH_IN_ORDER
#undef BRANCH

  CASE(BranchIn) {
    SUSPEND(1);
    const int found = Contains(thread_, RK(pc->c), RK(pc->b));
    REQUIRE(found >= 0);
    NEXT(found == pc->a ? 1 + pc[1].n() : 2);
  }

  CASE(GetAttr) {
    const Value& object = RK(pc->b);
    InlineCache& cache = caches[pc[1].n()];
    SUSPEND(2);
    HostObject* host = cache.HostWithSlot(object);
    if (host != nullptr) {
      SET(pc->a, host->type->AttrAt(thread_, *host, cache.slot));
    } else {
      SET(pc->a, GetMember(object, CONSTANT(pc[1].a), cache));
    }
    NEXT(2);
  }
  CASE(SetAttr) {
    const Value& object = r[pc->a];
    InlineCache& cache = caches[pc[1].n()];
    SUSPEND(2);
    HostObject* host = cache.HostWithSlot(object);
    REQUIRE(host != nullptr ? host->type->SetAttrAt(thread_, *host, cache.slot, RK(pc->b))
                            : SetMember(object, CONSTANT(pc[1].a), RK(pc->b), cache));
    NEXT(2);
  }
  CASE(GetIndex) {
    const Value& object = RK(pc->b);
    const Value& index = RK(pc->c);
    if (IsPlaceInList(object, index)) {
      r[pc->a] = object.As<List>()->data[index.AsInt64()];
    } else {
      SUSPEND(1);
      SET(pc->a, GetIndex(thread_, object, index));
    }
    NEXT(1);
  }
  CASE(GetKey) {
    const Value& object = RK(pc->b);
    InlineCache& cache = caches[pc[1].n()];
    SUSPEND(2);
    HostObject* host = cache.HostWithSlot(object);
    if (host != nullptr) {
      SET(pc->a, host->type->GetAt(thread_, *host, cache.slot));
    } else {
      SET(pc->a, GetKey(object, RK(pc->c), cache));
    }
    NEXT(2);
  }
  CASE(SetIndex) {
    SUSPEND(1);
    REQUIRE(SetIndex(thread_, r[pc->a], RK(pc->b), RK(pc->c)));
    NEXT(1);
  }
  CASE(SetKey) {
    const Value& object = r[pc->a];
    InlineCache& cache = caches[pc[1].n()];
    SUSPEND(2);
    HostObject* host = cache.HostWithSlot(object);
    REQUIRE(host != nullptr ? host->type->SetAt(thread_, *host, cache.slot, RK(pc->c))
                            : SetKey(object, RK(pc->b), RK(pc->c), cache));
    NEXT(2);
  }
  CASE(Slice) {
    const Value* operands = &r[pc->a];
    SUSPEND(1);
    SET(pc->b, Slice(thread_, operands[0], operands[1], operands[2], operands[3]));
    NEXT(1);
  }

  CASE(MakeList) {
    SET(pc->a, MakeList(thread_.heap(), {r + pc->b, static_cast<size_t>(pc->c)}));
    NEXT(1);
  }
  CASE(ExtendList) {
    REQUIRE(r[pc->a].As<List>()->Append(thread_.heap(), {r + pc->b, static_cast<size_t>(pc->c)}));
    NEXT(1);
  }
  CASE(AppendList) {
    REQUIRE(r[pc->a].As<List>()->Append(thread_.heap(), RK(pc->b)));
    NEXT(1);
  }
  CASE(MakeTuple) {
    SET(pc->a, MakeTuple(thread_.heap(), {r + pc->b, static_cast<size_t>(pc->c)}));
    NEXT(1);
  }
  CASE(TupleOfList) {
    SET(pc->a, MakeTuple(thread_.heap(), r[pc->b].As<List>()->items()));
    NEXT(1);
  }
  CASE(MakeDict) {
    r[pc->a] = Value::Of(NewDict(thread_.heap()));
    NEXT(1);
  }
  CASE(InsertUnique) {
    REQUIRE(InsertUnique(thread_, *r[pc->a].As<Dict>(), RK(pc->b), RK(pc->c)));
    NEXT(1);
  }
  CASE(InsertDict) {
    HashTable::Entry* entry = r[pc->a].As<Dict>()->table.FindOrAdd(thread_, RK(pc->b));
    REQUIRE(entry != nullptr);
    entry->value = RK(pc->c);
    NEXT(1);
  }

  CASE(ForPrepare) {
    REQUIRE(BeginLoop(&r[pc->a], RK(pc->b)));
    NEXT(1);
  }
  CASE(ForNext) {
    SAFE_POINT();
    Value* state = &r[pc->a];
    switch (FormOf(*state)) {
      case LoopForm::kRange: {
        const uint64_t left = state[0].payload();
        if (left == 0) goto loop_ends;
        const int64_t number = state[1].AsInt64();
        state[0] = Value::LoopState(static_cast<uint8_t>(LoopForm::kRange), left - 1);
        state[1] = Value::Int(static_cast<int64_t>(static_cast<uint64_t>(number) + state[2].payload()));
        r[pc->b] = Value::Int(number);
        break;
      }
      case LoopForm::kList: {
        const auto* list = reinterpret_cast<const List*>(state->payload());
        const auto at = static_cast<size_t>(state[1].AsInt64());
        if (at >= list->size) goto loop_ends;
        r[pc->b] = list->data[at];
        state[1] = Value::Int(static_cast<int64_t>(at + 1));
        break;
      }
      default:
        SUSPEND(1);
        if (!NextItem(state, &r[pc->b])) {
          if (thread_.failed()) goto failed;
          goto loop_ends;
        }
    }
    NEXT(1 + pc[1].n());
  }
loop_ends:
  EndLoop(&r[pc->a]);
  NEXT(2);

  CASE(ForEnd) {
    EndLoop(&r[pc->a]);
    NEXT(1);
  }
  CASE(Unpack) {
    REQUIRE(Unpack(&r[pc->a], RK(pc->b), static_cast<size_t>(pc->c)));
    NEXT(1);
  }

  CASE(Call) {
    Value* window = &r[pc->a];
    SAFE_POINT();
    SUSPEND(1);
    if (window->is(Kind::kFunction)) {
      REQUIRE(PushFrame(*window->As<Function>(), window + 1, static_cast<size_t>(pc->b), {}, &r[pc->c]));
      goto enter;
    }
    SET(pc->c, CallNative(*window, window + 1, static_cast<size_t>(pc->b), {}));
    NEXT(1);
  }
  CASE(CheckAttr) {
    InlineCache& cache = caches[pc[1].n()];
    SUSPEND(2);
    REQUIRE(cache.MethodOf(r[pc->a]) != nullptr || HasMember(r[pc->a], CONSTANT(pc[1].a), cache));
    NEXT(2);
  }
  CASE(CallMethod) {
    SAFE_POINT();
    SUSPEND(2);
    Value* window = &r[pc->a];
    InlineCache& cache = caches[pc[1].n()];
    if (const NativeDefinition* method = cache.MethodOf(*window)) {
      SET(pc->c, CallDefinition(*method, {method->name, *window, {window + 1, static_cast<size_t>(pc->b)}, {}, {}}));
      NEXT(2);
    }
  }
  switch (CallMember(*frame, pc, caches[pc[1].n()])) {
    case Called::kFailed:
      goto failed;
    case Called::kEntered:
      goto enter;
    case Called::kReturned:
      NEXT(2);
  }
  CASE(CallNamed)
  CASE(CallSpread) {
    SAFE_POINT();
    SUSPEND(2);
  }
  switch (pc->opcode == Opcode::kCallNamed ? CallNamed(*frame, pc) : CallSpread(*frame, pc)) {
    case Called::kFailed:
      goto failed;
    case Called::kEntered:
      goto enter;
    case Called::kReturned:
      NEXT(2);
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
    SET(pc->a, MakeClosure(*frame, *frame->code->functions[static_cast<size_t>(pc->b)], &r[pc->c]));
    NEXT(1);
  }
  CASE(Load) {
    SUSPEND(2);
    REQUIRE(LoadNames(*frame, &r[pc->a], CONSTANT(pc->b), k, static_cast<size_t>(pc[1].n()), pc[1].a));
    NEXT(2);
  }

failed:
  // Where nobody has said what is wrong, an allocation has returned null.
  if (!thread_.failed()) thread_.FailMemory();
  SUSPEND(1);
  RecordBacktrace({});
  Unwind(entry_depth - 1);
  return {};

#undef RK
#undef CONSTANT
#undef CASE
#undef DISPATCH
#undef NEXT
#undef REQUIRE
#undef SET
#undef SUSPEND
#undef SAFE_POINT
}

}  // namespace firn::starlark
