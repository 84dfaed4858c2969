#include "starlark_suite.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "starlark/library/modules.h"
#include "starlark/library/time_source.h"
#include "starlark/library/zone_files.h"
#include "starlark_host_values.h"
#include "starlark_runner.h"

namespace firn::testing {
namespace {

using starlark::EvalError;
using starlark::Module;
using starlark::Thread;
using starlark::Value;

constexpr std::string_view kAssertions = R"(
def eq(x, y):
    if x != y and not (type(x) == "float" and type(y) == "float" and near(x, y)):
        report("%r is not %r" % (x, y))

def ne(x, y):
    if x == y:
        report("%r is %r" % (x, y))

def true(condition, message = "what should be true is not"):
    if not condition:
        report(message)

def lt(x, y):
    if not x < y:
        report("%r is not less than %r" % (x, y))

def contains(x, y):
    if y not in x:
        report("%r is not in %r" % (y, x))

def fails(f, pattern):
    message = catch(f)
    if message == None:
        report("no error, but one like %r should be" % pattern)
    elif not matches(pattern, message):
        report("the error is %r and should be like %r" % (message, pattern))

assert = module("assert", eq = eq, ne = ne, true = true, lt = lt, contains = contains, fails = fails, fail = report)

freeze = freeze

# The assertions of the other suite end the program.

def assert_eq(x, y):
    if x != y:
        fail("%r != %r" % (x, y))

def assert_ne(x, y):
    if x == y:
        fail("%r == %r" % (x, y))

def assert_(condition, message = "assertion failed"):
    if not condition:
        fail(message)
)";

/// What the host of the suites has: modules to load, names that are predeclared, and a place for failed assertions.
class SuiteHost {
 public:
  SuiteHost() : time_source_(clock_, zones_) {
    AddModule("json.star", "json", [](starlark::Heap& heap) { return starlark::MakeJsonModule(heap); });
    AddModule("math.star", "math", [](starlark::Heap& heap) { return starlark::MakeMathModule(heap); });
    AddModule("time.star", "time",
              [this](starlark::Heap& heap) { return starlark::MakeTimeModule(heap, time_source_); });
    AddAssertions();
    starlark::ModuleBuilder names;
    names.AddFunctions(StarlarkHostFunctions());
    names.Add("fibonacci", StarlarkFibonacci());
    names.Add("json", modules_.at("json.star")->Find("json"));
    for (const char* assertion : {"assert_eq", "assert_ne", "assert_"})
      names.Add(assertion, modules_.at("assert.star")->Find(assertion));
    predeclared_ = std::move(names).Build();
  }

  const std::shared_ptr<const Module>& predeclared() const { return predeclared_; }
  std::vector<std::string>& failures() { return report_.failures; }

  starlark::Hooks MakeHooks() {
    return {.print = {}, .load = [this](Thread& thread, std::string_view name) -> std::shared_ptr<const Module> {
              const auto module = modules_.find(std::string(name));
              if (module != modules_.end()) return module->second;
              thread.Fail("no module {}", name);
              return nullptr;
            }};
  }

 private:
  template <typename MakeValue>
  void AddModule(const std::string& file, const std::string& name, const MakeValue& make_value) {
    starlark::ModuleBuilder builder;
    builder.Add(name, make_value(builder.heap()));
    modules_.emplace(file, std::move(builder).Build());
  }

  void AddAssertions() {
    starlark::ModuleBuilder names;
    names.AddFunctions(StarlarkHostFunctions());
    names.Add("report", MakeBuiltin(names.heap(), StarlarkReportFunction(), Value::Of<starlark::HostObject>(&report_)));
    Thread thread(starlark::StandardLibrary());
    const StarlarkOutcome outcome =
        RunStarlark(thread, kAssertions, "assert.star", {.allow_global_reassign = true}, std::move(names).Build());
    modules_.emplace("assert.star", outcome.module);
  }

  StarlarkReport report_;
  SystemClock clock_;
  starlark::ZoneFiles zones_;
  starlark::TimeSource time_source_;
  std::map<std::string, std::shared_ptr<const Module>> modules_;
  std::shared_ptr<const Module> predeclared_;
};

/// The innermost place in the file.
uint32_t LineIn(const std::string& file_name, const EvalError& error) {
  for (auto site = error.backtrace.rbegin(); site != error.backtrace.rend(); ++site)
    if (site->file == file_name) return site->position.line;
  return 0;
}

}  // namespace

std::vector<StarlarkFailure> RunStarlarkChunk(const StarlarkChunk& chunk, const std::string& file_name) {
  SuiteHost host;
  Thread thread(starlark::StandardLibrary(), {}, host.MakeHooks());
  const StarlarkOutcome outcome = RunStarlark(thread, chunk.source, file_name, chunk.options, host.predeclared());
  std::vector<StarlarkFailure> failures;
  for (const std::string& failure : host.failures()) failures.push_back({chunk.first_line, failure});
  for (const auto& error : outcome.errors) failures.push_back({error.position.line, error.message});
  if (outcome.errors.empty() && thread.failed())
    failures.push_back({LineIn(file_name, thread.error()), thread.error().message});
  return failures;
}

}  // namespace firn::testing
