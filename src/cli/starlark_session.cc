#include "cli/starlark_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/exit_code.h"
#include "starlark/compile/compiler.h"
#include "starlark/library/modules.h"

namespace firn::cli {
namespace {

using starlark::Module;
using starlark::Thread;
using starlark::Value;

std::shared_ptr<const Module> MakePredeclared(starlark::TimeSource& time_source) {
  starlark::ModuleBuilder names;
  names.Add("json", starlark::MakeJsonModule(names.heap()));
  names.Add("math", starlark::MakeMathModule(names.heap()));
  names.Add("time", starlark::MakeTimeModule(names.heap(), time_source));
  return std::move(names).Build();
}

/// `json.star` and the like are what is predeclared as well; other files are not opened.
starlark::Hooks MakeHooks(std::shared_ptr<const Module> predeclared, StarlarkProfile* profile) {
  starlark::Hooks hooks;
  hooks.print = [](Thread& /*thread*/, std::string_view line) { fmt::print("{}\n", line); };
  hooks.load = [predeclared](Thread& thread, std::string_view name) -> std::shared_ptr<const Module> {
    for (const std::string& known : predeclared->names())
      if (name == known + ".star") return predeclared;
    thread.Fail("there are the modules json.star, math.star and time.star");
    return nullptr;
  };
  if (profile != nullptr)
    hooks.sample = [profile](const Thread& thread, const starlark::CallSite& site) { profile->Sample(thread, site); };
  return hooks;
}

int Show(const std::vector<starlark::SyntaxError>& errors, const std::string& name) {
  for (const auto& error : errors)
    fmt::print(stderr, "{}:{}:{}: {}\n", name, error.position.line, error.position.column, error.message);
  return kUsage;
}

}  // namespace

StarlarkSession::StarlarkSession(const starlark::Limits& limits, StarlarkProfile* profile)
    : time_source_(clock_, zones_),
      predeclared_(MakePredeclared(time_source_)),
      thread_(starlark::StandardLibrary(), limits, MakeHooks(predeclared_, profile)) {}

starlark::CompiledSource StarlarkSession::Compile(std::string_view source, const std::string& name,
                                                  bool is_expression) const {
  starlark::SourceOptions options;
  options.name = name;
  options.dialect = kDialect;
  options.predeclared = predeclared_->names();
  options.is_expression = is_expression;
  for (const auto& [global, value] : globals_) options.earlier_globals.push_back(global);
  return CompileFile(source, options, thread_.library());
}

/// Null, and the error shown, if it fails.
std::shared_ptr<const Module> StarlarkSession::Run(const std::shared_ptr<const starlark::LinkedProgram>& program) {
  starlark::RunOptions options;
  options.predeclared = predeclared_;
  options.keeps_thread_heap = true;
  options.freezes_globals = false;
  options.initial_globals = globals_;
  auto module = RunFile(thread_, program, options);
  if (module == nullptr) {
    std::fflush(stdout);
    fmt::print(stderr, "{}\n", thread_.TakeError().Backtrace());
    return nullptr;
  }
  for (const std::string& name : module->names()) {
    const Value value = module->Find(name);
    if (value.is_null()) continue;
    const auto known = std::find_if(globals_.begin(), globals_.end(), [&](const auto& g) { return g.first == name; });
    if (known == globals_.end()) {
      globals_.emplace_back(name, value);
    } else {
      known->second = value;
    }
  }
  return module;
}

int StarlarkSession::RunSource(std::string_view source, const std::string& name) {
  const auto compiled = Compile(source, name, false);
  if (compiled.program == nullptr) return Show(compiled.errors, name);
  return Run(compiled.program) == nullptr ? kFailed : kDone;
}

int StarlarkSession::Evaluate(std::string_view source, const std::string& name) {
  const auto compiled = Compile(source, name, true);
  if (compiled.program == nullptr) return Show(compiled.errors, name);
  const auto module = Run(compiled.program);
  return module == nullptr ? static_cast<int>(kFailed) : PrintResult(*module);
}

int StarlarkSession::RunInput(std::string_view source) {
  const std::string name = "<stdin>";
  return Compile(source, name, true).program != nullptr ? Evaluate(source, name) : RunSource(source, name);
}

int StarlarkSession::PrintResult(const Module& module) {
  if (module.result().is_none()) return kDone;
  std::string text;
  if (!AppendRepr(thread_, module.result(), text)) {
    fmt::print(stderr, "{}\n", thread_.TakeError().message);
    return kFailed;
  }
  fmt::print("{}\n", text);
  return kDone;
}

int StarlarkSession::Disassemble(std::string_view source, const std::string& name, bool is_expression) {
  const auto compiled = Compile(source, name, is_expression);
  if (compiled.program == nullptr) return Show(compiled.errors, name);
  fmt::print("{}", starlark::Disassemble(compiled.program->source()));
  return kDone;
}

}  // namespace firn::cli
