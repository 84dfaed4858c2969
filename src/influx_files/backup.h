#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "influx_files/bucket_names.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// A backup as its manifest describes it: of `influxd backup -portable` (1.x) or `influx backup` (2.x).
struct Backup {
  std::string manifest;                     ///< its path
  std::vector<std::string> archives;        ///< paths of tar archives, gzipped or not, one a shard
  std::map<std::string, BucketName> names;  ///< by bucket id; 2.x only
};

/// The backup whose manifest `path` is, or which stands in the folder `path`; none when there is no manifest.
/// kCorrupt when that makes no sense. kInvalidInput for a folder with several backups: what was deleted between two
/// would come back if they were read as one.
Result<std::optional<Backup>> FindBackup(storage::FileSystem& files, const std::string& path);

/// Unpacks the shards to `folder`/data/DATABASE/POLICY/SHARD, where FindShards finds them. Only what a reader needs is
/// taken, and only under names of that form: an archive writes nothing elsewhere. What is left of a failed unpacking
/// is for the caller to remove. kCorrupt for a damaged archive, kResourceExhausted when the disk is too small.
Status UnpackBackup(storage::FileSystem& files, const Backup& backup, const std::string& folder);

}  // namespace firn::influx_files
