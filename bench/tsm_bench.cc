// Decodes every block of the TSM files named by the arguments into arrays, on one core. Seconds are the processor's.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "formats/tsm/block.h"
#include "formats/tsm/file_layout.h"
#include "formats/tsm/index.h"

namespace {

using namespace firn;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

enum class Checksums { kIgnored, kVerified };

Result<tsm::Block> Parse(std::string_view bytes, Checksums checksums) {
  return checksums == Checksums::kVerified ? tsm::ParseChecked(bytes) : tsm::ParseBlock(bytes.substr(4));
}

Result<uint64_t> DecodeFile(std::string_view file, Checksums checksums) {
  FIRN_ASSIGN(const uint64_t index_offset, tsm::ParseFileFooter(file, file.size()));
  std::string_view index = file.substr(index_offset, file.size() - tsm::kFileFooterBytes - index_offset);
  tsm::BlockDecoder decoder;
  tsm::BlockValues values;
  uint64_t count = 0;
  while (!index.empty()) {
    FIRN_ASSIGN(const tsm::IndexRecord record, tsm::ParseIndexRecord(index));
    for (size_t i = 0; i < record.entry_count(); ++i) {
      const tsm::IndexEntry entry = record.entry(i);
      FIRN_TRY(tsm::CheckIndexEntry(entry, index_offset));
      FIRN_ASSIGN(const tsm::Block block, Parse(file.substr(entry.offset, entry.size), checksums));
      FIRN_TRY(decoder.Decode(block, values));
      count += values.size();
    }
    index.remove_prefix(record.size);
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: firn_bench_tsm ROUNDS FILE…\n");
    return 1;
  }
  std::vector<std::string> files;
  for (int i = 2; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  for (const auto& [checksums, name] :
       {std::pair(Checksums::kIgnored, "decode"), std::pair(Checksums::kVerified, "verify_and_decode")}) {
    double best = 1e300;
    uint64_t values = 0;
    for (int round = 0; round < std::atoi(argv[1]); ++round) {
      const double start = CpuSeconds();
      values = 0;
      for (const std::string& file : files) {
        const Result<uint64_t> decoded = DecodeFile(file, checksums);
        if (!decoded.ok()) {
          fmt::print(stderr, "{}\n", decoded.error().message());
          return 2;
        }
        values += *decoded;
      }
      best = std::min(best, CpuSeconds() - start);
    }
    fmt::print("{} values {} seconds {:.6f} Mvalues/s {:.1f}\n", name, values, best,
               static_cast<double>(values) / 1e6 / best);
  }
  return 0;
}
