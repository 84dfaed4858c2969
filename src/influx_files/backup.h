#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "influx_files/bucket_names.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// A backup of `influxd backup` (1.x: with -portable, or the older form without) or of `influx backup` (2.x).
struct Backup {
  std::string path;                         ///< its manifest, or the folder that holds it
  std::vector<std::string> archives;        ///< paths of tar archives, gzipped or not, in the order of unpacking
  std::map<std::string, BucketName> names;  ///< by bucket id; 2.x only
};

/// The backup whose manifest or archive (`DATABASE.POLICY.SHARD.00`) `path` is, or which stands in the folder `path`;
/// none when there is nothing of the kind. Several backups in one folder are taken as the server restores them: with
/// manifests, of each shard the archive of the newest one that has it; without, the archives of a shard one over the
/// other. kCorrupt when a manifest makes no sense.
Result<std::optional<Backup>> FindBackup(storage::FileSystem& files, const std::string& path);

/// Unpacks the shards to `folder`/data/DATABASE/POLICY/SHARD, where FindShards finds them; a file of a later archive
/// replaces one of an earlier one. Only what a reader needs is taken, and only under names of that form: an archive
/// writes nothing elsewhere. What is left of a failed unpacking is for the caller to remove. kCorrupt for a damaged
/// archive, kResourceExhausted when the disk is too small.
Status UnpackBackup(storage::FileSystem& files, const Backup& backup, const std::string& folder);

}  // namespace firn::influx_files
