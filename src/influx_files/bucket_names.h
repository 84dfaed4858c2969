#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// What a bucket's id stands for.
struct BucketName {
  std::string organization;  ///< "" = not known
  std::string bucket;
};

/// Names by id (16 hexadecimal digits), from a 2.x server's metadata store `influxd.bolt`. `influxd.sqlite` has none:
/// it keeps notebooks, annotations and replications. kNotFound when the file is absent, kCorrupt when it cannot be
/// read; one entry that makes no sense is passed over.
Result<std::map<std::string, BucketName>> ReadBucketNames(storage::FileSystem& files, const std::string& bolt_path);

}  // namespace firn::influx_files
