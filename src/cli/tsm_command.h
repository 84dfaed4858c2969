#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

namespace firn::cli {

/// `firn tsm inspect|verify PATH`: what is in InfluxDB's own files. Changes nothing.
struct TsmCommandOptions {
  /// A server's root, its engine, a database or bucket, a retention policy, a shard, one file, or a backup (its folder
  /// or its manifest).
  std::string path;
  bool json = false;  ///< one JSON object a shard
};

/// Tells what each shard holds. A shard that cannot be read is told of and passed over. Exit code: 0 done, 2 nothing to
/// read, a shard is gone or the disk failed.
int RunTsmInspect(const TsmCommandOptions& options, std::ostream& out);
/// Reads every value of every block and of the WAL, and tells of damage. Exit code: 0 whole, 2 damaged, or
/// as above.
int RunTsmVerify(const TsmCommandOptions& options, std::ostream& out);

/// `firn tsm export PATH`: rows as the server would answer them.
struct TsmExportOptions {
  std::string path;
  std::vector<std::string> measurements;  ///< patterns; none = all
  std::string from;                       ///< RFC 3339 or ns since 1970; "" = the beginning
  std::string to;                         ///< the same, itself left out; "" = the end
  std::string format = "line_protocol";   ///< line_protocol, csv or parquet
  std::string output =
      "-";  ///< line protocol: a file, - is standard output; csv and parquet: a folder, made when absent
  uint64_t memory_mib = 192;  ///< for all shards that are read at a time
  uint64_t threads = 0;       ///< shards read at a time; 0 = as many as cores
};

/// Counts go to standard error at the end, damage as it is found. Files are never overwritten. A shard
/// that a running server removes meanwhile is told of and left out. Exit code: 0 done, 1 usage, 2 failed, 3 done, but
/// such shards or damaged parts were left out.
int RunTsmExport(const TsmExportOptions& options);

}  // namespace firn::cli
