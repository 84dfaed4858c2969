// firn_bench_commit FOLDER SNAPSHOTS: appends one file to a table with so many snapshots, again and again, and prints
// the median of the processor time of a commit. FOLDER gets the warehouse: on tmpfs, what is left is Firn's own work.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "iceberg/catalog/metadata_file.h"
#include "iceberg/catalog/sqlite_catalog.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/manifests/manifest_writer.h"
#include "iceberg/updates/append.h"
#include "iceberg/updates/commit.h"

namespace {

using namespace firn;           // NOLINT: a benchmark
using namespace firn::iceberg;  // NOLINT

constexpr int kCommits = 21;

double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// A table's metadata with snapshots as large as those of Firn's own commits.
Result<TableMetadata> WithSnapshots(TableMetadata metadata, int count, storage::Storage& storage) {
  const std::string list = metadata.location + "/metadata/list.avro";
  FIRN_ASSIGN(const std::string bytes, SerializeManifestList({}, {}));
  FIRN_TRY(storage.Write(list, bytes));
  for (int i = 1; i <= count; ++i) {
    Snapshot snapshot;
    snapshot.snapshot_id = i;
    if (i > 1) snapshot.parent_snapshot_id = i - 1;
    snapshot.sequence_number = i;
    snapshot.timestamp_ms = metadata.last_updated_ms;
    snapshot.schema_id = 0;
    snapshot.manifest_list = list;
    snapshot.summary = {{"operation", "append"}, {"filler", std::string(600, 'x')}, {"total-records", "0"}};
    snapshot.json = SerializeSnapshot(snapshot, metadata.format_version);
    metadata.snapshots.push_back(std::make_shared<const Snapshot>(snapshot));
    metadata.snapshot_log.push_back({snapshot.timestamp_ms, i});
  }
  if (count == 0) return metadata;
  metadata.current_snapshot_id = count;
  metadata.refs[kMainBranch].snapshot_id = count;
  metadata.last_sequence_number = count;
  return metadata;
}

Status Run(const std::string& folder, int snapshots) {
  const SystemClock clock;
  const auto random = MakeSystemRandom();
  const auto sleeper = MakeSystemSleeper();
  FIRN_ASSIGN(const auto storage, storage::OpenStorage({}));
  SqliteCatalogOptions options;
  options.path = folder + "/catalog.db";
  options.warehouse = "file://" + folder;
  FIRN_ASSIGN(const auto catalog, OpenSqliteCatalog(options, storage, clock, *random));
  FIRN_TRY(catalog->CreateNamespace({"m"}, {}));
  NestedField time;
  time.id = 1;
  time.name = "time";
  time.type = Type(TypeId::kTimestampTz);
  TableRequest request;
  request.schema = Schema(0, {time});
  FIRN_ASSIGN(const LoadedTable base, catalog->CreateTable({{"m"}, "base"}, request));
  TableMetadata metadata = *base.metadata;
  metadata.table_uuid = random->Uuid();
  metadata.location = "file://" + folder + "/m/t";
  FIRN_ASSIGN(metadata, WithSnapshots(std::move(metadata), snapshots, *storage));
  FIRN_ASSIGN(const std::string location, WriteMetadataFile(*storage, metadata, "", *random));
  FIRN_ASSIGN(LoadedTable table, catalog->RegisterTable({{"m"}, "t"}, location));
  const CommitEnvironment environment{storage.get(), catalog.get(), &clock, random.get(), sleeper.get()};
  std::vector<double> times;
  for (int i = 0; i < kCommits; ++i) {
    AppendRequest append;
    DataFile file;
    file.file_path = metadata.location + "/data/" + std::to_string(i);
    file.record_count = 1;
    file.file_size_bytes = 1;
    append.files = {file};
    const auto change = MakeAppend(std::move(append));
    const double start = CpuMs();
    FIRN_ASSIGN(CommitOutcome outcome, CommitChanges(environment, table, {change.get()}, {}));
    times.push_back(CpuMs() - start);
    table = std::move(outcome.table);
  }
  std::sort(times.begin(), times.end());
  std::printf("snapshots %d commit_ms %.2f\n", snapshots, times[kCommits / 2]);
  return OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s FOLDER SNAPSHOTS\n", argv[0]);
    return 1;
  }
  const Status status = Run(argv[1], std::atoi(argv[2]));
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().message().c_str());
  return status.ok() ? 0 : 2;
}
