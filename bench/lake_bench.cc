// firn_bench_lake [integer|two-decimal|double] [HOSTS] [ROWS] [compatible|compact]: line protocol → committed rows per
// CPU second on one core, and what Arrow's own WriteTable takes for the same rows, already sorted.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "formats/line_protocol/parser.h"
#include "generator.h"
#include "iceberg/catalog/sqlite_catalog.h"
#include "iceberg/scan/plan_files.h"
#include "lake/lake.h"
#include "storage/storage.h"

namespace {

using firn::MakeSystemRandom;
using firn::Result;
using firn::Status;
using firn::SystemClock;
namespace bench = firn::bench;
namespace iceberg = firn::iceberg;
namespace lake = firn::lake;
namespace line_protocol = firn::line_protocol;
namespace storage = firn::storage;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.error().message().c_str());
    std::exit(2);
  }
  return std::move(result).value();
}

struct Measured {
  double parse_seconds = 0;
  double commit_seconds = 0;
  uint64_t file_bytes = 0;
  std::vector<std::string> files;
};

Measured RunLake(const std::vector<std::string>& bodies, const std::string& folder,
                 firn::parquet::EncodingSet encoding) {
  const SystemClock clock;
  const auto random = MakeSystemRandom();
  const auto files = Must(storage::OpenStorage({}));
  iceberg::SqliteCatalogOptions catalog_options;
  catalog_options.path = folder + "/catalog.db";
  catalog_options.warehouse = folder;
  const std::shared_ptr<iceberg::Catalog> catalog =
      Must(iceberg::OpenSqliteCatalog(catalog_options, files, clock, *random));
  lake::LakeOptions options;
  options.name_space = "bench";
  options.threads = 1;
  options.defaults.encoding = encoding;
  const auto warehouse = Must(lake::Lake::Make(options, catalog, files, {&clock, random.get(), 1, nullptr, nullptr}));
  Measured measured;
  line_protocol::LineProtocolParser parser({});
  int64_t position = 0;
  double start = CpuSeconds();
  for (const std::string& body : bodies) {
    line_protocol::ParseErrors errors;
    auto batches = parser.Parse(body, 0, errors);
    ++position;
    for (auto& batch : batches) batch.origin = {0, position, 0};
    if (const Status written = warehouse->Write(std::move(batches)); !written.ok()) std::exit(2);
  }
  measured.parse_seconds = CpuSeconds() - start;
  start = CpuSeconds();
  const auto report = Must(warehouse->Commit(std::vector<lake::ShardProgress>{{0, "bench", "0", position}}));
  measured.commit_seconds = CpuSeconds() - start;
  for (const auto& failure : report.failures) std::fprintf(stderr, "%s\n", failure.error.message().c_str());
  const auto table = Must(catalog->LoadTable({{"bench"}, "cpu"}));
  const auto plan = Must(iceberg::PlanFiles(*files, *table.metadata, *table.metadata->current_snapshot(), {}));
  for (const auto& task : plan.tasks) {
    measured.files.push_back(task.file.file_path);
    measured.file_bytes += static_cast<uint64_t>(task.file.file_size_bytes);
  }
  return measured;
}

/// CPU seconds of Arrow's writer for the rows of our files, tags as dictionaries, zstd 1, page index as we have it.
double RunArrow(const std::vector<std::string>& files) {
  double seconds = 0;
  for (const std::string& location : files) {
    const std::string path = location.starts_with("file://") ? location.substr(7) : location;
    auto input = arrow::io::ReadableFile::Open(path).ValueOrDie();
    ::parquet::ArrowReaderProperties read_properties;
    for (int i = 1; i <= 10; ++i) read_properties.set_read_dictionary(i, true);
    ::parquet::arrow::FileReaderBuilder builder;
    if (!builder.Open(input).ok()) std::exit(2);
    auto reader = builder.properties(read_properties)->Build().ValueOrDie();
    const auto table = reader->ReadTable().ValueOrDie()->CombineChunks().ValueOrDie();
    auto properties = ::parquet::WriterProperties::Builder()
                          .compression(::parquet::Compression::ZSTD)
                          ->compression_level(1)
                          ->enable_write_page_index()
                          ->build();
    const auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
    const double start = CpuSeconds();
    if (!::parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink, 1 << 20, properties).ok())
      std::exit(2);
    seconds += CpuSeconds() - start;
  }
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  bench::GeneratorOptions generator_options;
  generator_options.values = Must(bench::ParseValueKind(argc > 1 ? argv[1] : "two-decimal"));
  generator_options.hosts = argc > 2 ? static_cast<uint32_t>(std::atoi(argv[2])) : 100;
  const uint64_t rows = argc > 3 ? static_cast<uint64_t>(std::atoll(argv[3])) : 1'000'000;
  const bool compact = argc > 4 && std::string(argv[4]) == "compact";
  constexpr uint64_t kBodyRows = 10'000;
  bench::CpuGenerator generator(generator_options);
  std::vector<std::string> bodies;
  for (uint64_t done = 0; done < rows; done += kBodyRows) generator.Append(kBodyRows, bodies.emplace_back());
  const std::string folder = std::filesystem::temp_directory_path() / ("firn_bench_lake_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const Measured measured =
      RunLake(bodies, folder, compact ? firn::parquet::EncodingSet::kCompact : firn::parquet::EncodingSet::kCompatible);
  const double arrow_seconds = RunArrow(measured.files);
  const auto per_second = [&](double seconds) { return static_cast<double>(rows) / seconds; };
  std::printf("rows %llu files %zu bytes_a_value %.2f\n", static_cast<unsigned long long>(rows), measured.files.size(),
              static_cast<double>(measured.file_bytes) / static_cast<double>(rows * 10));
  std::printf("text_to_batches rows/s %.0f\n", per_second(measured.parse_seconds));
  std::printf("batches_to_committed rows/s %.0f\n", per_second(measured.commit_seconds));
  std::printf("text_to_committed rows/s %.0f\n", per_second(measured.parse_seconds + measured.commit_seconds));
  std::printf("arrow_write_table rows/s %.0f (ours is %.2f of it, sorting and committing included)\n",
              per_second(arrow_seconds), arrow_seconds / measured.commit_seconds);
  std::filesystem::remove_all(folder);
  return 0;
}
