#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// The files of one shard: the data of one database (1.x) or bucket (2.x) in a range of time.
struct ShardFiles {
  std::string database;                ///< 1.x: its name; 2.x: the bucket's id, 16 hexadecimal digits; "" = not known
  std::string retention_policy;        ///< 2.x: always "autogen"; "" = not known
  std::string shard;                   ///< a number that is unique on the server; "" = not known
  std::string folder;                  ///< with the TSM files
  std::vector<std::string> tsm_files;  ///< paths in the order in which later ones override earlier ones
  std::vector<std::string> wal_segments;  ///< paths in order; empty segments are left out
  uint64_t size_bytes = 0;                ///< of both

  /// "database/retention policy/shard", as far as it is known.
  std::string Name() const;
};

/// Finds the shards under `path`, in order of database, retention policy and number. Takes
///
/// * a server's root (`~/.influxdbv2`, `/var/lib/influxdb`) or its `engine` folder, with `data` and `wal` in it;
/// * `data`, a database's or bucket's folder, a retention policy's, a shard's: the WAL is looked for beside `data`;
/// * one TSM file, which is then a shard of its own, without a WAL.
///
/// kNotFound when there is nothing of the kind. What the server itself passes over (`.tsm.tmp`, `.bad`) is passed over.
Result<std::vector<ShardFiles>> FindShards(storage::FileSystem& files, const std::string& path);

/// A file of the server under which `path` stands, by its place under the server's root (`influxd.bolt`,
/// `meta/meta.db`): that of the nearest of `path` and its parents that has one; "" when there is none.
std::string FindServerFile(storage::FileSystem& files, const std::string& path, const std::string& name);

}  // namespace firn::influx_files
