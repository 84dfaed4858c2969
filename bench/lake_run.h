#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "formats/line_protocol/parser.h"
#include "formats/parquet/parquet_writer.h"
#include "iceberg/catalog/sqlite_catalog.h"
#include "lake/lake.h"
#include "processors/processor.h"
#include "storage/storage.h"

namespace firn::bench {

/// Processor seconds of one commit's rows.
struct RoundSeconds {
  double parse = 0;   ///< text → batches
  double rename = 0;  ///< a tag and a field get other names
  double commit = 0;  ///< batches → sorted Parquet → committed rows
  double all() const { return parse + rename + commit; }
};

/// Line protocol → rename → tables of a new warehouse in a folder of its own, which goes with it. One thread. What
/// fails ends the process.
class LakeRun {
 public:
  explicit LakeRun(parquet::EncodingSet encoding);
  ~LakeRun();
  LakeRun(const LakeRun&) = delete;
  LakeRun& operator=(const LakeRun&) = delete;

  /// Parses the bodies, each a position, and commits them.
  RoundSeconds Round(const std::vector<std::string>& bodies);

  struct DataFile {
    std::string path;
    uint64_t bytes = 0;
  };
  std::vector<DataFile> DataFiles(const std::string& table) const;

 private:
  const std::string folder_;
  const SystemClock clock_;
  const std::unique_ptr<Random> random_;
  const std::shared_ptr<storage::Storage> files_;
  std::shared_ptr<iceberg::Catalog> catalog_;
  std::unique_ptr<lake::Lake> lake_;
  std::unique_ptr<processors::Processor> rename_;
  line_protocol::LineProtocolParser parser_;
  int64_t position_ = 0;
};

/// The medians of rounds 1 … `rounds`, after one that does not count, in which memory is new.
RoundSeconds MedianRound(LakeRun& run, const std::vector<std::string>& bodies, int rounds);

}  // namespace firn::bench
