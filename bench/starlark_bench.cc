// Runs the scripts of bench/starlark and prints `NAME ms N` for each, the best of ROUNDS, and `call ns N`.
// usage: firn_bench_starlark FOLDER [ROUNDS [SCRIPT]]

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "starlark/library/modules.h"
#include "starlark/starlark.h"

namespace firn::starlark {
namespace {

constexpr int kMetrics = 200'000;  ///< calls of metric.star a round; the Go peer has the same number

/// The fields or tags of a metric: named values in the columns of a batch, as a pipeline would show them.
struct NamedValues : HostObject {
  using HostObject::HostObject;
  const std::string_view* names = nullptr;
  Value* values = nullptr;
  int32_t count = 0;
};

class NamedValuesType final : public HostType {
 public:
  std::string_view name() const override { return "Fields"; }
  void Repr(Thread&, const HostObject&, std::string& out) const override { out += "Fields()"; }
  bool has_items() const override { return true; }
  bool has_settable_items() const override { return true; }
  Value Get(Thread&, HostObject& object, const Value& key) const override {
    const Slot slot = key.is_string() ? FindKey(object, key.AsString()) : kNoSlot;
    return slot == kNoSlot ? Value() : static_cast<NamedValues&>(object).values[slot];
  }
  Slot FindKey(const HostObject& object, std::string_view key) const override {
    const auto& columns = static_cast<const NamedValues&>(object);
    for (Slot i = 0; i < columns.count; ++i)
      if (columns.names[i] == key) return i;
    return kNoSlot;
  }
  Value GetAt(Thread&, HostObject& object, Slot slot) const override {
    return static_cast<NamedValues&>(object).values[slot];
  }
  bool SetAt(Thread&, HostObject& object, Slot slot, const Value& value) const override {
    static_cast<NamedValues&>(object).values[slot] = value;
    return true;
  }
};

struct Metric : HostObject {
  using HostObject::HostObject;
  Value name;
  NamedValues* tags = nullptr;
  NamedValues* fields = nullptr;
};

class MetricType final : public HostType {
 public:
  std::string_view name() const override { return "Metric"; }
  void Repr(Thread&, const HostObject&, std::string& out) const override { out += "Metric()"; }
  Slot FindAttr(const HostObject&, std::string_view attribute) const override {
    return attribute == "name" ? 0 : attribute == "tags" ? 1 : attribute == "fields" ? 2 : kNoSlot;
  }
  Value AttrAt(Thread&, HostObject& object, Slot slot) const override {
    auto& metric = static_cast<Metric&>(object);
    if (slot == 0) return metric.name;
    return Value::Of(static_cast<HostObject*>(slot == 1 ? metric.tags : metric.fields));
  }
};

std::shared_ptr<const Module> Load(Thread& thread, const std::string& folder, const std::string& name) {
  std::ifstream file(folder + "/" + name + ".star");
  const std::string source{std::istreambuf_iterator<char>(file), {}};
  SourceOptions options{.name = name, .dialect = kTelegrafFileOptions, .predeclared = {"json"}};
  const CompiledSource compiled = CompileFile(source, options, StandardLibrary());
  for (const SyntaxError& error : compiled.errors) fmt::print(stderr, "{}: {}\n", name, error.message);
  if (compiled.program == nullptr) std::exit(1);
  ModuleBuilder predeclared;
  predeclared.Add("json", MakeJsonModule(predeclared.heap()));
  auto module = RunFile(thread, compiled.program, {.predeclared = std::move(predeclared).Build()});
  if (module == nullptr) {
    fmt::print(stderr, "{}\n", thread.error().Backtrace());
    std::exit(1);
  }
  return module;
}

void MustSucceed(Thread& thread, const Value& result) {
  if (!result.is_null()) return;
  fmt::print(stderr, "{}\n", thread.error().Backtrace());
  std::exit(1);
}

/// Milliseconds of the fastest round.
template <typename Body>
double Best(int rounds, Body body) {
  double best = 1e300;
  for (int i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    best = std::min(best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

double MetricScript(const std::string& folder, int rounds) {
  static constexpr std::string_view kTagNames[] = {"host", "region"};
  static constexpr std::string_view kFieldNames[] = {"used", "total", "ratio", "level"};
  const MetricType metric_type;
  const NamedValuesType values_type;
  Thread thread(StandardLibrary());
  const auto module = Load(thread, folder, "metric");
  const Value apply = module->Find("apply");
  Value tag_values[2] = {Value::ShortString("server01"), Value::ShortString("eu")};
  Value field_values[4];
  NamedValues tags(values_type);
  NamedValues fields(values_type);
  Metric metric(metric_type);
  for (HostObject* object :
       {static_cast<HostObject*>(&tags), static_cast<HostObject*>(&fields), static_cast<HostObject*>(&metric)})
    object->is_unmanaged = true;
  tags.names = kTagNames;
  tags.values = tag_values;
  tags.count = 2;
  tags.layout = 1;
  fields.names = kFieldNames;
  fields.values = field_values;
  fields.count = 4;
  fields.layout = 2;
  metric.layout = 3;
  metric.name = Value::ShortString("cpu_usage");
  metric.tags = &tags;
  metric.fields = &fields;
  const Value argument = Value::Of(static_cast<HostObject*>(&metric));
  return Best(rounds, [&] {
    for (int i = 0; i < kMetrics; ++i) {
      field_values[0] = Value::Float(i % 100);
      field_values[1] = Value::Float(100.0);
      field_values[2] = Value::Float(0);
      field_values[3] = Value::Int(0);
      MustSucceed(thread, thread.Call(apply, {&argument, 1}));
    }
  });
}

double CallNanoseconds(const std::string& folder, int rounds) {
  constexpr int kCalls = 5'000'000;
  Thread thread(StandardLibrary());
  const auto module = Load(thread, folder, "one_line");
  const Value apply = module->Find("apply");
  const double best = Best(rounds, [&] {
    Value x = Value::Int(0);
    for (int i = 0; i < kCalls; ++i) x = thread.Call(apply, {&x, 1});
    MustSucceed(thread, x);
  });
  return best * 1e6 / kCalls;
}

/// Prints the figures of all scripts, or of the one that is named.
int Main(const std::string& folder, int rounds, const std::string& only) {
  for (const std::string name : {"loop", "fib", "strings", "containers", "sorting", "json"}) {
    if (!only.empty() && only != name) continue;
    Thread thread(StandardLibrary());
    const auto module = Load(thread, folder, name);
    const Value run = module->Find("run");
    fmt::print("{} ms {:.3f}\n", name, Best(rounds, [&] { MustSucceed(thread, thread.Call(run, {})); }));
  }
  if (only.empty() || only == "metric") fmt::print("metric ms {:.3f}\n", MetricScript(folder, rounds));
  if (only.empty() || only == "call") fmt::print("call ns {:.2f}\n", CallNanoseconds(folder, rounds));
  return 0;
}

}  // namespace
}  // namespace firn::starlark

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: {} FOLDER [ROUNDS [SCRIPT]]\n", argv[0]);
    return 2;
  }
  return firn::starlark::Main(argv[1], argc > 2 ? std::atoi(argv[2]) : 5, argc > 3 ? argv[3] : "");
}
