// Runs seeds of the simulation: `simulate --seed N [--verbose]` one of them, with its steps; `simulate --seeds FIRST
// COUNT` many. Prints the seeds that break an invariant; exits with 1 when there is one.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/log.h"
#include "simulation.h"

namespace {

struct Arguments {
  uint64_t first = 0;
  uint64_t count = 1;
  bool verbose = false;
  bool valid = false;
};

Arguments Parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--seed" && i + 1 < count) {
      arguments.first = std::strtoull(words[++i], nullptr, 10);
      arguments.valid = true;
    } else if (word == "--seeds" && i + 2 < count) {
      arguments.first = std::strtoull(words[++i], nullptr, 10);
      arguments.count = std::strtoull(words[++i], nullptr, 10);
      arguments.valid = true;
    } else if (word == "--verbose") {
      arguments.verbose = true;
    } else {
      arguments.valid = false;
      break;
    }
  }
  return arguments;
}

void PrintRun(uint64_t seed, const firn::faults::SimulationResult& run, bool verbose) {
  if (verbose) {
    for (const std::string& line : run.trace) std::printf("%s\n", line.c_str());
    for (const std::string& orphan : run.orphans) std::printf("orphan %s\n", orphan.c_str());
  }
  for (const std::string& problem : run.problems) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), problem.c_str());
  }
}

}  // namespace

int main(int count, char** words) {
  const Arguments arguments = Parse(count, words);
  if (!arguments.valid) {
    std::fprintf(stderr, "usage: simulate --seed N [--verbose] | --seeds FIRST COUNT\n");
    return 1;
  }
  if (!arguments.verbose) (void)firn::log::InitLogging({.level = firn::log::Level::kError, .file = "/dev/null"});
  uint64_t failed = 0;
  uint64_t rows = 0;
  uint64_t restarts = 0;
  uint64_t orphans = 0;
  for (uint64_t seed = arguments.first; seed < arguments.first + arguments.count; ++seed) {
    const firn::faults::SimulationResult run = firn::faults::Simulate(seed);
    PrintRun(seed, run, arguments.verbose);
    failed += run.problems.empty() ? 0 : 1;
    rows += run.rows;
    restarts += run.restarts;
    orphans += run.orphans.size();
  }
  std::printf("%llu seeds, %llu rows, %llu starts, %llu orphaned files: %llu seeds failed\n",
              static_cast<unsigned long long>(arguments.count), static_cast<unsigned long long>(rows),
              static_cast<unsigned long long>(restarts), static_cast<unsigned long long>(orphans),
              static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}
