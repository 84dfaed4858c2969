#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// Where the files of one shard stand: the data of one database (1.x) or bucket (2.x) in a range of time.
struct ShardFiles {
  std::string database;          ///< 1.x: its name; 2.x: the bucket's id, 16 hexadecimal digits; "" = not known
  std::string retention_policy;  ///< 2.x: always "autogen"; "" = not known
  std::string shard;             ///< a number that is unique on the server; "" = not known
  std::string folder;            ///< with the TSM files
  std::string wal_folder = {};   ///< "" = none belongs to it
  std::string only_file = {};    ///< a TSM file that is read by itself; "" = all of the folders
  uint64_t size_bytes = 0;       ///< of TSM files and WAL, when they were found

  /// "database/retention policy/shard", as far as it is known.
  std::string Name() const;
};

/// Finds the shards under `path`, in order of database, retention policy and number. Takes
///
/// * a server's root (`~/.influxdbv2`, `/var/lib/influxdb`) or its `engine` folder, with `data` and `wal` in it;
/// * `data`, a database's or bucket's folder, a retention policy's, a shard's: the WAL is looked for beside `data`;
/// * one TSM file, which is then a shard of its own, without a WAL.
///
/// kNotFound when there is nothing of the kind. Folders that a running server removes meanwhile are passed over.
Result<std::vector<ShardFiles>> FindShards(storage::FileSystem& files, const std::string& path);

/// A file of the server under which `path` stands, by its place under the server's root (`influxd.bolt`,
/// `meta/meta.db`): that of the nearest of `path` and its parents that has one; "" when there is none.
std::string FindServerFile(storage::FileSystem& files, const std::string& path, const std::string& name);

}  // namespace firn::influx_files
