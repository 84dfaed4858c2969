// firn_bench_line_protocol FILE [ROUNDS]: parses the file as one body with a new parser each round and prints the best
// round.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

#include "formats/line_protocol/parser.h"

namespace {

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FILE [ROUNDS]\n", argv[0]);
    return 1;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string body((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  double best = 1e300;
  size_t rows = 0;
  for (int round = 0; round < rounds; ++round) {
    const double start = CpuSeconds();
    firn::line_protocol::LineProtocolParser parser({});
    firn::line_protocol::ParseErrors errors;
    const auto batches = parser.Parse(body, 0, errors);
    best = std::min(best, CpuSeconds() - start);
    rows = parser.last_rows();
    if (!errors.empty()) std::fprintf(stderr, "%s\n", errors.kept[0].Message().c_str());
  }
  std::printf("rows %zu bytes %zu seconds %.6f MB/s %.1f\n", rows, body.size(), best,
              static_cast<double>(body.size()) / 1e6 / best);
  return rows > 0 ? 0 : 2;
}
