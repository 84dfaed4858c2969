// firn_bench_lake [integer|two-decimal|double] [HOSTS] [ROWS] [compatible|compact] [ROUNDS]: line protocol → renamed →
// sorted Parquet → committed rows on one core, ROWS a commit; and what Firn's Parquet writer and Arrow's WriteTable
// take for the columns of such a file. Processor time, medians.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "generator.h"
#include "lake_run.h"
#include "parquet_writers.h"

int main(int argc, char** argv) {
  namespace bench = firn::bench;
  bench::GeneratorOptions options;
  const auto kind = bench::ParseValueKind(argc > 1 ? argv[1] : "two-decimal");
  if (!kind.ok()) {
    std::fprintf(stderr, "%s\n", kind.error().message().c_str());
    return 1;
  }
  options.values = *kind;
  options.hosts = argc > 2 ? static_cast<uint32_t>(std::atoi(argv[2])) : 100;
  const uint64_t rows = argc > 3 ? static_cast<uint64_t>(std::atoll(argv[3])) : 1'000'000;
  const auto encoding = argc > 4 && std::string(argv[4]) == "compact" ? firn::parquet::EncodingSet::kCompact
                                                                      : firn::parquet::EncodingSet::kCompatible;
  const int rounds = argc > 5 ? std::atoi(argv[5]) : 3;
  constexpr uint64_t kBodyRows = 10'000;
  bench::CpuGenerator generator(options);
  std::vector<std::string> bodies;
  for (uint64_t done = 0; done < rows; done += kBodyRows) generator.Append(kBodyRows, bodies.emplace_back());

  bench::LakeRun run(encoding);
  const bench::RoundSeconds seconds = bench::MedianRound(run, bodies, rounds);
  const auto taken = static_cast<double>(bodies.size() * kBodyRows);
  const auto files = run.DataFiles("cpu");
  double bytes = 0;
  bench::LakeRun::DataFile largest;
  for (const auto& file : files) {
    bytes += static_cast<double>(file.bytes);
    if (file.bytes > largest.bytes) largest = file;
  }
  const bench::WriterSeconds writers = bench::CompareParquetWriters(largest.path, encoding, 2 * rounds + 1);
  std::printf("rows %.0f bytes_a_value %.2f\n", taken, bytes / (taken * 10 * (rounds + 1)));
  std::printf("text_to_batches rows/s %.0f\n", taken / seconds.parse);
  std::printf("rename rows/s %.0f\n", taken / seconds.rename);
  std::printf("batches_to_committed rows/s %.0f\n", taken / seconds.commit);
  std::printf("text_to_committed rows/s %.0f\n", taken / seconds.all());
  std::printf("parquet_writer ms %.1f\narrow_write_table ms %.1f\n", writers.ours * 1e3, writers.arrow * 1e3);
  return 0;
}
