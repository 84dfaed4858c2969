#include "lake_run.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "iceberg/scan/plan_files.h"
#include "processor_time.h"
#include "processors/rename/rename.h"

namespace firn::bench {
namespace {

template <typename T>
T Must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.error().message().c_str());
    std::exit(2);
  }
  return std::move(result).value();
}

void Must(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.error().message().c_str());
  std::exit(2);
}

std::string NewFolder() {
  static std::atomic<int> count{0};
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("firn_bench_lake_{}_{}", ::getpid(), count++);
  std::filesystem::create_directories(folder);
  return folder;
}

processors::RenameOptions Renames() {
  processors::RenameOptions options;
  options.replace.push_back({.measurement = "", .tag = "hostname", .field = "", .dest = "host"});
  options.replace.push_back({.measurement = "", .tag = "", .field = "usage_user", .dest = "user"});
  return options;
}

}  // namespace

LakeRun::LakeRun(parquet::EncodingSet encoding)
    : folder_(NewFolder()),
      random_(MakeSystemRandom()),
      files_(Must(storage::OpenStorage({}))),
      rename_(processors::MakeRename(Renames())),
      parser_({}) {
  iceberg::SqliteCatalogOptions catalog;
  catalog.path = folder_ + "/catalog.db";
  catalog.warehouse = folder_;
  catalog_ = Must(iceberg::OpenSqliteCatalog(catalog, files_, clock_, *random_));
  lake::LakeOptions options;
  options.name_space = "bench";
  options.threads = 1;
  options.defaults.encoding = encoding;
  lake::LakeContext context;
  context.clock = &clock_;
  context.random = random_.get();
  context.epoch = 1;
  lake_ = Must(lake::Lake::Make(options, catalog_, files_, context));
}

LakeRun::~LakeRun() {
  std::filesystem::remove_all(folder_);
}

RoundSeconds LakeRun::Round(const std::vector<std::string>& bodies) {
  RoundSeconds seconds;
  for (const std::string& body : bodies) {
    const double start = CpuSeconds();
    line_protocol::ParseErrors errors;
    std::vector<point::Batch> parsed = parser_.Parse(body, 0, errors);
    ++position_;
    uint32_t order = 0;
    for (point::Batch& batch : parsed) batch.origin = {0, position_, order++};
    const double parse_end = CpuSeconds();
    std::vector<point::Batch> renamed;
    for (point::Batch& batch : parsed) {
      Must(rename_->Process(std::move(batch), [&renamed](point::Batch out) {
        renamed.push_back(std::move(out));
        return OkStatus();
      }));
    }
    const double rename_end = CpuSeconds();
    Must(lake_->Write(std::move(renamed)));
    seconds.parse += parse_end - start;
    seconds.rename += rename_end - parse_end;
    seconds.commit += CpuSeconds() - rename_end;
  }
  const point::ShardProgress progress[] = {{0, "bench", "0", position_}};
  const double start = CpuSeconds();
  const lake::CommitReport report = Must(lake_->Commit(progress));
  seconds.commit += CpuSeconds() - start;
  for (const auto& failure : report.failures) Must(Status(failure.error));
  return seconds;
}

std::vector<LakeRun::DataFile> LakeRun::DataFiles(const std::string& name) const {
  const auto table = Must(catalog_->LoadTable({{"bench"}, name}));
  const auto plan = Must(iceberg::PlanFiles(*files_, *table.metadata, *table.metadata->current_snapshot(), {}));
  std::vector<DataFile> found;
  for (const auto& task : plan.tasks) {
    const std::string& location = task.file.file_path;
    found.push_back({location.starts_with("file://") ? location.substr(7) : location,
                     static_cast<uint64_t>(task.file.file_size_bytes)});
  }
  return found;
}

RoundSeconds MedianRound(LakeRun& run, const std::vector<std::string>& bodies, int rounds) {
  run.Round(bodies);
  std::vector<double> parse;
  std::vector<double> rename;
  std::vector<double> commit;
  for (int round = 0; round < rounds; ++round) {
    const RoundSeconds seconds = run.Round(bodies);
    parse.push_back(seconds.parse);
    rename.push_back(seconds.rename);
    commit.push_back(seconds.commit);
  }
  return {Median(parse), Median(rename), Median(commit)};
}

}  // namespace firn::bench
