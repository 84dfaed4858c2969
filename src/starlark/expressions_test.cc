#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "base/clock.h"
#include "shared_fixtures.h"
#include "starlark/library/modules.h"
#include "starlark/library/time_source.h"
#include "starlark/starlark.h"
#include "starlark/text/quote.h"

/// Evaluates tests/starlark/expressions/expressions.txt: operators, functions and methods with values of all types, and
/// what starlark-go made of them (recorded by main.go there).

namespace firn::starlark {
namespace {

/// Where Firn differs on purpose.
const std::map<std::string, std::string> kOnPurpose = {
    {R"("%E %F %G" % (1e-7, 2.5, 1e-7))",
     "%F is a conversion, which starlark-go hands on to a Go function that does not know it"},
};

class NoZones final : public go_time::ZoneLoader {
 public:
  Result<std::shared_ptr<const go_time::TimeZone>> Load(const std::string& name) override {
    return NotFound("no zone {}", name);
  }
  std::shared_ptr<const go_time::TimeZone> Local() override { return nullptr; }
};

class Expressions : public ::testing::Test {
 protected:
  Expressions() {
    ModuleBuilder builder;
    builder.Add("json", MakeJsonModule(builder.heap()));
    builder.Add("math", MakeMathModule(builder.heap()));
    builder.Add("time", MakeTimeModule(builder.heap(), source_));
    predeclared_ = std::move(builder).Build();
  }

  /// "=\t" and the value's repr, or "E\t" and the error.
  std::string Evaluate(const std::string& expression) {
    SourceOptions options;
    options.is_expression = true;
    options.dialect.allow_set = true;
    options.predeclared = {"json", "math", "time"};
    const CompiledSource compiled = CompileFile(expression, options, StandardLibrary());
    if (compiled.program == nullptr) return "E\t" + Quoted(compiled.errors.front().message);
    RunOptions run;
    run.predeclared = predeclared_;
    run.keeps_thread_heap = true;
    const auto module = RunFile(thread_, compiled.program, run);
    std::string answer;
    if (module == nullptr || !AppendRepr(thread_, module->result(), answer))
      return "E\t" + Quoted(thread_.TakeError().message);
    return "=\t" + Quoted(answer);
  }

  static std::string Quoted(std::string_view text) {
    std::string quoted;
    text::AppendQuoted(text, quoted);
    return quoted;
  }

 private:
  FakeClock clock_;
  NoZones zones_;
  TimeSource source_{clock_, zones_};
  std::shared_ptr<const Module> predeclared_;
  Thread thread_{StandardLibrary()};
};

TEST_F(Expressions, AnswerAsStarlarkGoDoes) {
  std::ifstream cases(testing::SourceFolder() / "tests/starlark/expressions/expressions.txt");
  int agree = 0;
  int on_purpose = 0;
  for (std::string line; std::getline(cases, line);) {
    const size_t tab = line.find('\t');
    const std::string expression = line.substr(0, tab);
    const std::string answer = Evaluate(expression);
    if (answer == line.substr(tab + 1)) {
      ++agree;
    } else if (kOnPurpose.contains(expression)) {
      ++on_purpose;
    } else {
      ADD_FAILURE() << expression << "\n  starlark-go: " << line.substr(tab + 1) << "\n  Firn:        " << answer;
    }
  }
  std::cout << agree << " expressions agree, " << on_purpose << " differ on purpose\n";
  EXPECT_GT(agree, 10'000);
  EXPECT_EQ(on_purpose, static_cast<int>(kOnPurpose.size()));
}

}  // namespace
}  // namespace firn::starlark
