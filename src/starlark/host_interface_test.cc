#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <thread>

#include "starlark/starlark.h"

namespace firn::starlark {
namespace {

std::shared_ptr<const Module> Load(Thread& thread, std::string_view source, const RunOptions& options = {},
                                   std::vector<std::string> predeclared = {}) {
  const SourceOptions how{.name = "test.star",
                          .dialect = {.allow_set = true, .allow_while = true, .allow_recursion = true},
                          .predeclared = std::move(predeclared)};
  const CompiledSource compiled = CompileFile(source, how, StandardLibrary());
  for (const SyntaxError& error : compiled.errors) ADD_FAILURE() << error.position.line << ": " << error.message;
  if (compiled.program == nullptr) return nullptr;
  auto module = RunFile(thread, compiled.program, options);
  return module;
}

std::string Repr(Thread& thread, const Value& value) {
  std::string text;
  if (value.is_null() || !AppendRepr(thread, value, text)) return thread.failed() ? thread.error().message : "null";
  return text;
}

TEST(StarlarkHost, CallsAFunctionWithPositionalAndNamedArguments) {
  Thread thread(StandardLibrary());
  const auto module = Load(thread, "def f(a, b=2, *rest, **more): return (a, b, rest, more)\n");
  const std::array<Value, 3> positional = {Value::Int(1), Value::Int(5), Value::Int(6)};
  const std::array<Value, 1> names = {Value::ShortString("z")};
  const std::array<Value, 1> values = {Value::None()};
  EXPECT_EQ(Repr(thread, thread.Call(module->Find("f"), positional, names, values)), "(1, 5, (6,), {\"z\": None})");
}

TEST(StarlarkHost, AnErrorHasMessagePositionAndBacktrace) {
  Thread thread(StandardLibrary());
  const auto module = Load(thread, "def g(x):\n  return 1 // x\ndef f(x):\n  return [g(x)]\n");
  const Value zero = Value::Int(0);
  EXPECT_TRUE(thread.Call(module->Find("f"), {&zero, 1}).is_null());
  const EvalError error = thread.TakeError();
  EXPECT_EQ(error.Backtrace(),
            "Traceback (most recent call last):\n  test.star:4:12: in f\n  test.star:2:12: in g\n"
            "Error: floored division by zero");
  EXPECT_EQ(error.position(), (Position{2, 12}));
  const Value one = Value::Int(1);
  EXPECT_EQ(Repr(thread, thread.Call(module->Find("f"), {&one, 1})), "[1]") << "the thread goes on after an error";
}

/// FIRN_CALLS says how many; tests/starlark/soak makes it ten million.
TEST(StarlarkHost, MemoryIsFlatOverManyCalls) {
  const char* wanted = std::getenv("FIRN_CALLS");
  const int64_t calls = wanted == nullptr ? 200'000 : std::atoll(wanted);
  Thread thread(StandardLibrary(), {.heap_bytes = 16 << 20});
  const auto module = Load(thread, R"(
def f(i):
    text = "a text that is long enough to be on the heap, " + str(i)
    loop = [text, {"key": [i, i * 0.5]}]
    loop.append(loop)
    return lambda: loop
)");
  const Value f = module->Find("f");
  size_t most = 0;
  for (int64_t i = 0; i < calls; ++i) {
    const Value argument = Value::Int(i);
    ASSERT_FALSE(thread.Call(f, {&argument, 1}).is_null()) << thread.error().message;
    most = std::max(most, thread.heap().used_bytes());
  }
  EXPECT_LT(most, size_t{8} << 20);
}

TEST(StarlarkHost, StateOfAThreadLivesAsLongAsTheThread) {
  Thread thread(StandardLibrary(), {.heap_bytes = 16 << 20});
  const auto module = Load(thread, R"(
state = {}
fixed = []
def f(i):
    state[i % 100] = ["some text that is long enough for the heap", str(i)]
    return len(state)
def g():
    fixed.append(1)
)",
                           {.keeps_thread_heap = true, .unfrozen_globals = {"state"}});
  Value last;
  for (int64_t i = 0; i < 100'000; ++i) {
    const Value argument = Value::Int(i);
    last = thread.Call(module->Find("f"), {&argument, 1});
    ASSERT_FALSE(last.is_null()) << thread.error().message;
  }
  EXPECT_EQ(last.AsInt64(), 100);
  EXPECT_EQ(Repr(thread, thread.Call(module->Find("g"), {})), "append: cannot append to frozen list");
}

TEST(StarlarkHost, ThreadsShareAFrozenModuleWithoutLocks) {
  Thread first(StandardLibrary());
  const auto module = Load(first, R"(
table = {"a long key, which has a hash of its own, %d" % i: i for i in range(100)}
def f(n):
    total = 0
    for key in table:
        total += table[key] * n
    return [total, sorted(table.keys(), key=lambda k: -table[k])[0]]
)");
  const auto work = [&module](std::string* result) {
    Thread thread(StandardLibrary());
    for (int i = 0; i < 200; ++i) {
      const Value argument = Value::Int(2);
      *result = Repr(thread, thread.Call(module->Find("f"), {&argument, 1}));
    }
  };
  std::string a;
  std::string b;
  std::thread other(work, &a);
  work(&b);
  other.join();
  EXPECT_EQ(a, "[9900, \"a long key, which has a hash of its own, 99\"]");
  EXPECT_EQ(a, b);
}

std::string FailureOf(const Limits& limits, std::string_view body) {
  Thread thread(StandardLibrary(), limits);
  std::string source = "def f():\n";
  for (size_t at = 0; at < body.size();) {
    const size_t end = std::min(body.find('\n', at), body.size());
    source += "  " + std::string(body.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  const auto module = Load(thread, source);
  if (module == nullptr) return "no module";
  const Value result = thread.Call(module->Find("f"), {});
  if (!result.is_null()) return "no error";
  return (thread.error().is_fatal ? "fatal: " : "") + thread.error().message;
}

TEST(StarlarkHost, LimitsEndWhatDoesNotEnd) {
  const Limits limits{.steps = 1'000'000, .heap_bytes = 32 << 20};
  const std::string steps = "fatal: Starlark computation cancelled: too many steps";
  const std::string memory = "fatal: out of memory: more than 33554432 bytes of values";
  EXPECT_EQ(FailureOf(limits, "while True: pass"), steps);
  EXPECT_EQ(FailureOf(limits, "for i in range(1 << 62): pass"), steps);
  EXPECT_EQ(FailureOf(limits, "list(range(1 << 62))"), steps);
  EXPECT_EQ(FailureOf(limits, "return 'x' * (1 << 27)"), memory);
  EXPECT_EQ(FailureOf(limits, "x = [1]\nwhile True: x += x"), memory);
  EXPECT_EQ(FailureOf(limits, "x = 'abc'\nwhile True: x += x"), memory);
  EXPECT_EQ(FailureOf(limits, "x = 3\nwhile True: x *= x"), steps);
  EXPECT_EQ(FailureOf(limits, "x = 1\nwhile True: x = x << 511"), steps);
  EXPECT_EQ(FailureOf(limits, "x = []\nfor i in range(8): x = [x] * 1000\nreturn x == list(x)"), steps);
  EXPECT_EQ(FailureOf(limits, "x = (1,)\nfor i in range(100): x = (x, x)\nreturn {x: 1}"), steps);
  EXPECT_EQ(FailureOf(limits, "x = [1]\nfor i in range(100): x = [x, x]\nreturn str(x)"), steps);
}

TEST(StarlarkHost, DeepNestingIsNoTrouble) {
  const Limits limits{.steps = 10'000'000, .heap_bytes = 512 << 20};
  const std::string nest = "x = []\nfor i in range(1000000): x = [x]\n";
  EXPECT_EQ(FailureOf(limits, nest + "return x"), "no error");
  EXPECT_EQ(FailureOf(limits, nest + "return str(x)"), "value is nested too deeply to be written");
  EXPECT_EQ(FailureOf(limits, "x = ()\nfor i in range(1000000): x = (x,)\nreturn {x: 1}"),
            "tuple is nested too deeply to be hashed");
  EXPECT_EQ(FailureOf(limits, "def g(n): return g(n + 1)\ng(0)"), "Starlark stack overflow");
  EXPECT_EQ(FailureOf(limits, "def g(n): return sorted([n], key=g)\ng(0)"), "Starlark stack overflow");
}

TEST(StarlarkHost, StructuresThatHoldThemselvesAreNoTrouble) {
  const Limits limits{.steps = 1'000'000, .heap_bytes = 32 << 20};
  const std::string cycle = "x = [1]\nx.append(x)\nd = {}\nd['d'] = d\n";
  EXPECT_EQ(FailureOf(limits, cycle + "return [str(x), repr(d), len(x)]"), "no error");
  EXPECT_EQ(FailureOf(limits, cycle + "y = [1]\ny.append(y)\nreturn x == y"),
            "comparison exceeded maximum recursion depth");
  EXPECT_EQ(FailureOf(limits, cycle + "return {(1, x): 2}"), "unhashable type: list");
  EXPECT_EQ(FailureOf(limits, cycle + "return sorted([x, x])"), "comparison exceeded maximum recursion depth");
  EXPECT_EQ(FailureOf(limits, cycle + "return '%s %r {}'.format(x) % (d, x)"), "no error");
}

TEST(StarlarkHost, LargeResultsAreRefusedBeforeTheyExist) {
  const Limits limits{.heap_bytes = 32 << 20};
  const std::string memory = "fatal: out of memory: more than 33554432 bytes of values";
  EXPECT_EQ(FailureOf(limits, "return 'x' * (1 << 30)"), "excessive repeat (1 * 1073741824 elements)");
  EXPECT_EQ(FailureOf(limits, "return 'x' * ((1 << 30) - 1)"), memory);
  EXPECT_EQ(FailureOf(limits, "return ['x'] * (1 << 28)"), memory);
  EXPECT_EQ(FailureOf(limits, "return ','.join(['x' * 1000000] * 1000)"), memory);
  EXPECT_EQ(FailureOf(limits, "return ('x' * 1000).replace('', 'y' * 100000)"), memory);
  EXPECT_EQ(FailureOf(limits, "return 1 << 512"), "shift count too large: 512");
  EXPECT_EQ(FailureOf(limits, "return 1 << (1 << 70)"), "1180591620717411303424 out of range");
}

TEST(StarlarkHost, WhatIsIteratedOverOrFrozenCannotChange) {
  EXPECT_EQ(FailureOf({}, "x = [1, 2]\nfor y in x: x.append(y)"), "append: cannot append to list during iteration");
  EXPECT_EQ(FailureOf({}, "x = {1: 2}\nfor y in x: x[y] = 3"), "cannot insert into hash table during iteration");
  EXPECT_EQ(FailureOf({}, "x = set([1])\n[x.add(2) for y in x]"),
            "add: cannot insert into hash table during iteration");
  Thread thread(StandardLibrary());
  const auto module = Load(thread, "x = [[1]]\ndef f(): x[0][0] = 2\ndef g(a = x): a.append(1)\n");
  EXPECT_TRUE(thread.Call(module->Find("f"), {}).is_null());
  EXPECT_EQ(thread.TakeError().message, "cannot assign to element of frozen list");
  EXPECT_TRUE(thread.Call(module->Find("g"), {}).is_null());
  EXPECT_EQ(thread.TakeError().message, "append: cannot append to frozen list");
}

TEST(StarlarkHost, RecursionIsRefusedUnlessTheDialectHasIt) {
  Thread thread(StandardLibrary());
  const CompiledSource compiled =
      CompileFile("def f(n): return g(n)\ndef g(n): return f(n)\nf(1)\n", {}, StandardLibrary());
  EXPECT_EQ(RunFile(thread, compiled.program), nullptr);
  EXPECT_EQ(thread.TakeError().message, "function f called recursively");
}

TEST(StarlarkHost, SamplesSayWhereAProgramIs) {
  std::map<std::pair<uint32_t, std::string>, uint64_t> samples;
  Hooks hooks;
  hooks.sample = [&](const Thread& /*thread*/, const CallSite& site) {
    ++samples[{site.position.line, site.function}];
  };
  Thread thread(StandardLibrary(), {}, std::move(hooks));
  const auto module = Load(thread, R"(
def inner(n):
    for i in range(n):
        pass
def f():
    inner(50000)
    return sorted(range(200000))
)");
  EXPECT_FALSE(thread.Call(module->Find("f"), {}).is_null());
  EXPECT_GT((samples[{3, "inner"}]), 40U);
  EXPECT_GT((samples[{7, "f"}]), 0U);
  EXPECT_LE(samples.size(), 3U);
}

TEST(StarlarkHost, AFailedLoopLeavesTheListChangeable) {
  Thread thread(StandardLibrary());
  const auto module = Load(thread, R"(
def f(items):
    for x in items:
        for y in items:
            if y == 2: return 1 // 0
def g(items):
    items.append(4)
    return items
)");
  const std::array<Value, 3> numbers = {Value::Int(1), Value::Int(2), Value::Int(3)};
  Root list(thread, MakeList(thread.heap(), numbers));
  EXPECT_TRUE(thread.Call(module->Find("f"), {&list.value, 1}).is_null());
  (void)thread.TakeError();
  EXPECT_EQ(Repr(thread, thread.Call(module->Find("g"), {&list.value, 1})), "[1, 2, 3, 4]");
}

TEST(StarlarkHost, AnotherThreadCancels) {
  Thread thread(StandardLibrary());
  const auto module = Load(thread, "def f():\n  while True: pass\n");
  std::thread other([&thread] { thread.Cancel(); });
  EXPECT_TRUE(thread.Call(module->Find("f"), {}).is_null());
  other.join();
  EXPECT_EQ(thread.TakeError().message, "Starlark computation cancelled");
}

/// A record whose columns have slots, which counts how often a name is looked up.
struct Row : HostObject {
  using HostObject::HostObject;
  std::array<Value, 2> columns;
};

class RowType final : public HostType {
 public:
  std::string_view name() const override { return "Row"; }
  void Repr(Thread&, const HostObject&, std::string& out) const override { out += "Row()"; }
  bool has_items() const override { return true; }
  bool has_settable_items() const override { return true; }
  Slot FindKey(const HostObject&, std::string_view key) const override {
    ++lookups;
    return key == "first" ? 0 : key == "second" ? 1 : kNoSlot;
  }
  Value GetAt(Thread&, HostObject& object, Slot slot) const override {
    return static_cast<Row&>(object).columns[static_cast<size_t>(slot)];
  }
  bool SetAt(Thread&, HostObject& object, Slot slot, const Value& value) const override {
    static_cast<Row&>(object).columns[static_cast<size_t>(slot)] = value;
    return true;
  }
  mutable int lookups = 0;
};

TEST(StarlarkHost, AConstantKeyIsLookedUpOnceALayout) {
  Thread thread(StandardLibrary());
  const auto module = Load(thread, "def f(row):\n  row[\"second\"] = row[\"first\"] + 1\n  return row[\"nothing\"]\n");
  RowType type;
  Row row(type);
  row.is_unmanaged = true;
  row.layout = 7;
  row.columns = {Value::Int(1), Value::Int(0)};
  const Value argument = Value::Of(static_cast<HostObject*>(&row));
  EXPECT_EQ(Repr(thread, thread.Call(module->Find("f"), {&argument, 1})), "key \"nothing\" not in Row");
  EXPECT_EQ(row.columns[1].AsInt64(), 2);
  (void)thread.TakeError();
  type.lookups = 0;
  const auto again = Load(thread, "def f(row):\n  for i in range(100): row[\"second\"] = row[\"first\"] + i\n");
  ASSERT_NE(again, nullptr);
  EXPECT_FALSE(thread.Call(again->Find("f"), {&argument, 1}).is_null());
  EXPECT_EQ(type.lookups, 2);
  row.layout = 8;
  EXPECT_FALSE(thread.Call(again->Find("f"), {&argument, 1}).is_null());
  EXPECT_EQ(type.lookups, 4);
  EXPECT_EQ(row.columns[1].AsInt64(), 100);
}

}  // namespace
}  // namespace firn::starlark
