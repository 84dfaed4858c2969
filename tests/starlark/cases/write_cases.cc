#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "starlark/library/modules.h"
#include "starlark/library/time_source.h"
#include "starlark/library/zone_files.h"
#include "starlark_case_tables.h"
#include "starlark_host_values.h"
#include "starlark_mutation.h"
#include "starlark_program_writer.h"
#include "starlark_runner.h"

/// Writes cases and what Firn makes of them to standard output, for the comparison with the reference implementation:
/// three counts of bytes in a line, then the source, what was printed, and the message of the error at the end.
///
///   starlark_cases run [--programs N] [--seed S] [--every K]   tables, each K-th entry, and N programs
///   starlark_cases check [--programs N] [--seed S]             N broken programs, of which the errors are printed

namespace firn::testing {
namespace {

using starlark::FileOptions;
using starlark::Module;
using starlark::Thread;

constexpr FileOptions kOptions{.allow_set = true,
                               .allow_while = true,
                               .allow_top_level_control = true,
                               .allow_global_reassign = true,
                               .allow_recursion = true};
/// What a generated program may use, so that the reference, which has no limits, is not given those that use more.
constexpr starlark::Limits kLimits{.steps = 5'000'000, .heap_bytes = size_t{64} << 20, .call_depth = 100'000};

void Write(std::string_view source, std::string_view output, std::string_view error) {
  fmt::print("{} {} {}\n{}{}{}", source.size(), output.size(), error.size(), source, output, error);
}

class CaseWriter {
 public:
  CaseWriter() : time_source_(clock_, zones_) {
    starlark::ModuleBuilder names;
    names.AddFunctions(StarlarkHostFunctions());
    names.Add("json", starlark::MakeJsonModule(names.heap()));
    names.Add("math", starlark::MakeMathModule(names.heap()));
    names.Add("time", starlark::MakeTimeModule(names.heap(), time_source_));
    predeclared_ = std::move(names).Build();
  }

  void Run(const std::string& source) {
    std::string output;
    starlark::Hooks hooks;
    hooks.print = [&](Thread&, std::string_view line) { output.append(line).append("\n"); };
    Thread thread(starlark::StandardLibrary(), kLimits, std::move(hooks));
    const StarlarkOutcome outcome = RunStarlark(thread, source, "case.star", kOptions, predeclared_);
    if (!outcome.errors.empty()) return Write(source, output, outcome.errors.front().message);
    if (!thread.failed()) return Write(source, output, "");
    if (!thread.error().is_fatal) Write(source, output, thread.error().message);
  }

  void Check(const std::string& source) {
    Thread thread(starlark::StandardLibrary(), {.steps = 0});
    std::string output;
    for (const auto& error : RunStarlark(thread, source, "case.star", kOptions, predeclared_).errors)
      output += fmt::format("{}:{}: {}\n", error.position.line, error.position.column, error.message);
    Write(source, output, "");
  }

 private:
  SystemClock clock_;
  starlark::ZoneFiles zones_;
  starlark::TimeSource time_source_;
  std::shared_ptr<const Module> predeclared_;
};

struct Options {
  bool is_check = false;
  uint64_t programs = 1'000;
  uint64_t seed = 1;
  size_t every = 1;
};

bool ParseOptions(int count, char** words, Options& options) {
  if (count < 2) return false;
  options.is_check = std::strcmp(words[1], "check") == 0;
  if (!options.is_check && std::strcmp(words[1], "run") != 0) return false;
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string_view word = words[i];
    const uint64_t number = std::strtoull(words[i + 1], nullptr, 10);
    if (word == "--programs") {
      options.programs = number;
    } else if (word == "--seed") {
      options.seed = number;
    } else if (word == "--every" && number > 0) {
      options.every = number;
    } else {
      return false;
    }
  }
  return true;
}

void WriteAll(const Options& options) {
  CaseWriter writer;
  if (!options.is_check) {
    for (const auto& table :
         {StarlarkOperatorCases(), StarlarkFunctionCases(), StarlarkMethodCases(), StarlarkFormatCases()})
      for (size_t i = options.seed % options.every; i < table.size(); i += options.every) writer.Run(table[i]);
  }
  for (uint64_t i = 0; i < options.programs; ++i) {
    const std::string program = WriteStarlarkProgram(Choices::FromSeed(options.seed + i));
    Choices choices = Choices::FromSeed(~(options.seed + i));
    if (options.is_check) {
      writer.Check(MutateStarlarkProgram(program, choices));
    } else {
      writer.Run(program);
    }
  }
}

}  // namespace
}  // namespace firn::testing

int main(int count, char** words) {
  firn::testing::Options options;
  if (!firn::testing::ParseOptions(count, words, options)) {
    fmt::print(stderr, "usage: starlark_cases run|check [--programs N] [--seed S] [--every K]\n");
    return 2;
  }
  firn::testing::WriteAll(options);
  return 0;
}
