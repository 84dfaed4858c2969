#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "shared_fixtures.h"
#include "starlark/resolve/resolver.h"
#include "starlark/syntax/parser.h"
#include "starlark_chunks.h"
#include "starlark_suite.h"

/// Runs files of programs with their expected errors: those recorded of the reference implementation, the project's
/// own, and those of the folder $FIRN_STARLARK_SUITE.

namespace firn::starlark {
namespace {

namespace fs = std::filesystem;
using ::firn::testing::StarlarkChunk;
using Failure = ::firn::testing::StarlarkFailure;

std::vector<Failure> AsFailures(const std::vector<SyntaxError>& errors) {
  std::vector<Failure> failures;
  for (const SyntaxError& error : errors) failures.push_back({error.position.line, error.message});
  return failures;
}

std::vector<Failure> ParseOnly(const StarlarkChunk& chunk, const std::string& name) {
  return AsFailures(Parse(chunk.source, name, chunk.options).errors);
}

/// With the names M and U, as the reference implementation's test of its resolver has them.
std::vector<Failure> ResolveOnly(const StarlarkChunk& chunk, const std::string& name) {
  ParseResult parsed = Parse(chunk.source, name, chunk.options);
  if (!parsed.ok()) return AsFailures(parsed.errors);
  const auto lookup = [](std::vector<std::string_view> names) {
    return [names](std::string_view wanted) {
      const auto found = std::find(names.begin(), names.end(), wanted);
      return found == names.end() ? std::nullopt : std::optional<uint32_t>(found - names.begin());
    };
  };
  return AsFailures(Resolve(
      *parsed.file, {.predeclared = lookup({"M"}), .universal = lookup({"U", "float"}), .earlier_globals = {}}));
}

/// What a chunk did against what it should; empty if that agrees.
std::string Difference(const StarlarkChunk& chunk, const std::vector<Failure>& failures) {
  auto open = chunk.expected;
  std::string difference;
  for (const Failure& failure : failures) {
    auto expected = open.find(failure.line);
    if (expected == open.end() && !open.empty() && !open.begin()->second.is_quoted) expected = open.begin();
    if (expected == open.end()) {
      difference += fmt::format("  line {}: unexpected: {}\n", failure.line, failure.message);
      continue;
    }
    if (!expected->second.Matches(failure.message))
      difference +=
          fmt::format("  line {}: got {}\n    want {}\n", failure.line, failure.message, expected->second.pattern);
    open.erase(expected);
  }
  for (const auto& [line, expected] : open)
    difference += fmt::format("  line {}: no error, want {}\n", line, expected.pattern);
  return difference;
}

/// Why a chunk is not run; empty if it is.
std::string_view ReasonToSkip(const StarlarkChunk& chunk) {
  if (chunk.source.find("load(\"proto.star\"") != std::string::npos) return "there is no module for Protocol Buffers";
  return "";
}

std::vector<fs::path> StarFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".star") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Failure> Run(const StarlarkChunk& chunk, const fs::path& file) {
  const std::string kind = file.parent_path().filename();
  if (kind == "syntax") return ParseOnly(chunk, file);
  if (kind == "resolve") return ResolveOnly(chunk, file);
  return firn::testing::RunStarlarkChunk(chunk, file);
}

void CheckFolder(const fs::path& folder, std::string_view title) {
  size_t agree = 0;
  size_t on_purpose = 0;
  size_t differ = 0;
  for (const fs::path& file : StarFiles(folder)) {
    size_t differ_here = 0;
    size_t skipped_here = 0;
    const auto chunks = firn::testing::ReadStarlarkChunks(file);
    for (const StarlarkChunk& chunk : chunks) {
      if (const std::string_view reason = ReasonToSkip(chunk); !reason.empty()) {
        fmt::print("  {}: the program at line {} differs on purpose: {}\n", fs::relative(file, folder).string(),
                   chunk.first_line, reason);
        ++skipped_here;
        continue;
      }
      const std::string difference = Difference(chunk, Run(chunk, file));
      if (difference.empty()) continue;
      ++differ_here;
      ADD_FAILURE() << file.string() << ", the program at line " << chunk.first_line << ":\n" << difference;
    }
    const size_t agree_here = chunks.size() - differ_here - skipped_here;
    fmt::print("  {}: {} programs agree, {} differ\n", fs::relative(file, folder).string(), agree_here, differ_here);
    differ += differ_here;
    agree += agree_here;
    on_purpose += skipped_here;
  }
  fmt::print("[conformance] {}: {} programs agree, {} differ on purpose, {} differ\n", title, agree, on_purpose,
             differ);
  EXPECT_GT(agree, 0U) << folder;
}

TEST(StarlarkConformance, RecordedPrograms) {
  const fs::path folder = firn::testing::FixtureFolder("starlark");
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  CheckFolder(folder, "starlark");
}

TEST(StarlarkConformance, OwnPrograms) {
  CheckFolder(firn::testing::SourceFolder() / "tests/starlark", "starlark, the project's own programs");
}

TEST(StarlarkConformance, ProgramsOfAnotherFolder) {
  const char* folder = std::getenv("FIRN_STARLARK_SUITE");
  if (folder == nullptr) GTEST_SKIP() << "FIRN_STARLARK_SUITE names no folder";
  CheckFolder(folder, folder);
}

}  // namespace
}  // namespace firn::starlark
