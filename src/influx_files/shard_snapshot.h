#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "influx_files/shard_files.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// A file that stays readable when its name goes: a server removes and replaces files as it likes.
struct OpenedFile {
  std::string path;
  std::shared_ptr<const storage::File> file;  ///< null = there is none
  uint64_t size_bytes = 0;                    ///< to be read; a segment of the WAL may have grown since
};

/// The files of a shard, all open, as they stood at one moment: what the server would have found if it had been killed
/// then and started again. Reading from it touches no folder any more. Movable, may be shared by threads.
struct ShardSnapshot {
  struct TsmFile {
    OpenedFile data;
    OpenedFile tombstones;
  };
  std::vector<TsmFile> tsm_files;        ///< in the order in which later ones override earlier ones
  std::vector<OpenedFile> wal_segments;  ///< in order
  OpenedFile field_types;                ///< fields.idx
  OpenedFile field_type_changes;         ///< fields.idxl
};

/// Waits; handed in, so that tests need not.
using Pause = std::function<void(std::chrono::milliseconds)>;

/// Opens a shard beside a server that may be writing to it.
///
/// Snapshots of the cache and compactions put new TSM files there first and remove what they replace afterwards, WAL
/// segments included; deletes replace tombstones. So everything is opened between two listings, and only when both show
/// the same TSM files and tombstones, and no segment less, is it taken for one moment. Otherwise it is begun anew, at
/// most twelve times within some five seconds, then it is kUnavailable. A segment is read to the end that it had when
/// it was opened; an entry that the server was just writing there is waited for, half a second at most, and one that
/// does not become whole is left to be told as damage.
///
/// kNotFound when the shard's folders are gone; a shard whose last file was removed is an empty one.
Result<ShardSnapshot> OpenShard(storage::FileSystem& files, const ShardFiles& shard, const Pause& pause);

}  // namespace firn::influx_files
