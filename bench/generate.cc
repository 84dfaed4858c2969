// firn_bench_generate HOSTS integer|two-decimal|double LINES [SEED]: writes line protocol to standard output.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "generator.h"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s HOSTS integer|two-decimal|double LINES [SEED]\n", argv[0]);
    return 1;
  }
  const auto kind = firn::bench::ParseValueKind(argv[2]);
  if (!kind.ok()) {
    std::fprintf(stderr, "%s\n", kind.error().message().c_str());
    return 1;
  }
  firn::bench::GeneratorOptions options;
  options.hosts = static_cast<uint32_t>(std::max(1L, std::atol(argv[1])));
  options.values = *kind;
  if (argc > 4) options.seed = static_cast<uint64_t>(std::atoll(argv[4]));
  firn::bench::CpuGenerator generator(options);
  std::string out;
  for (auto left = static_cast<uint64_t>(std::max(0LL, std::atoll(argv[3]))); left > 0;) {
    const uint64_t lines = std::min<uint64_t>(left, 10'000);
    out.clear();
    generator.Append(lines, out);
    if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size()) return 2;
    left -= lines;
  }
  return 0;
}
