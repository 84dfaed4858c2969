#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "shared_fixtures.h"
#include "starlark/starlark.h"

/// The scripts of Telegraf's recorded cases, as far as the language is concerned: whether they compile in its dialect,
/// and if not, where and why.

namespace firn::starlark {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// What stands between two marks, behind `from`; moves `from` behind it. Empty if there is no more.
std::string TakeBetween(const std::string& text, std::string_view begin, std::string_view end, size_t* from) {
  const size_t first = text.find(begin, *from);
  if (first == std::string::npos) return "";
  const size_t last = text.find(end, first + begin.size());
  *from = last;
  return text.substr(first + begin.size(), last - first - begin.size());
}

/// The names that Telegraf gives a script; constants of the configuration are among them.
std::vector<std::string> Predeclared(const std::string& config) {
  std::vector<std::string> names = {"Metric", "deepcopy", "catch", "state"};
  size_t from = 0;
  const std::string constants = TakeBetween(config, "[processors.starlark.constants]\n", "[[", &from);
  for (size_t at = 0; at < constants.size();) {
    const size_t end = constants.find('\n', at);
    const size_t first = constants.find_first_not_of(' ', at);
    names.push_back(constants.substr(first, constants.find(' ', first) - first));
    at = end + 1;
  }
  return names;
}

/// `line:column: message` of the first error that the compiler reports; empty if there is none.
std::string FirstError(const std::string& source, const std::string& config) {
  const SourceOptions options{.dialect = kTelegrafFileOptions, .predeclared = Predeclared(config)};
  const CompiledSource compiled = CompileFile(source, options, StandardLibrary());
  if (compiled.errors.empty()) return "";
  const SyntaxError& error = compiled.errors.front();
  return fmt::format("{}:{}: {}", error.position.line, error.position.column, error.message);
}

/// The same as Telegraf has logged it.
std::string RecordedError(const fs::path& folder) {
  size_t from = 0;
  return TakeBetween(ReadText(folder / "expected.err"), "processors.starlark: :", "\n", &from);
}

TEST(Telegraf, StarlarkScriptsCompileOrFailAsRecorded) {
  const fs::path fixtures = firn::testing::FixtureFolder("telegraf/processors.starlark");
  FIRN_SKIP_WITHOUT_FIXTURES(fixtures);
  size_t agree = 0;
  for (const auto& entry : fs::directory_iterator(fixtures)) {
    const std::string config = ReadText(entry.path() / "telegraf.conf");
    std::string errors;
    size_t from = 0;
    for (std::string source; !(source = TakeBetween(config, "source = '''\n", "'''", &from)).empty();)
      errors += FirstError(source, config);
    EXPECT_EQ(errors, RecordedError(entry.path())) << entry.path();
    if (errors == RecordedError(entry.path())) ++agree;
  }
  fmt::print("[conformance] starlark, Telegraf's scripts compiled: {} agree, 0 differ on purpose\n", agree);
  EXPECT_GT(agree, 0U);
}

}  // namespace
}  // namespace firn::starlark
