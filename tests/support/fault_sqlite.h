#pragma once

#include <memory>
#include <string>

#include "fault_file_system.h"

namespace firn::testing {

/// Puts SQLite on a FaultFileSystem: while it lives, databases below `folder` that are opened by the default VFS have
/// their files on `disk`, so that a power loss takes what SQLite has not synced; all others stay where they are.
///
/// As on a POSIX disk, the folder is synced with the first sync of a journal. Of a new database too: who makes one is
/// expected to sync its folder, which happens on the machine's own disk here. Locks are those of one process that opens
/// a database several times, and end with ReleaseLocks. Databases below `folder` must be closed before it is destroyed.
/// Several may live at a time, each with a folder of its own. Thread-safe.
class SqliteOnFaultDisk {
 public:
  SqliteOnFaultDisk(FaultFileSystem& disk, std::string folder);
  ~SqliteOnFaultDisk();
  SqliteOnFaultDisk(const SqliteOnFaultDisk&) = delete;
  SqliteOnFaultDisk& operator=(const SqliteOnFaultDisk&) = delete;

  /// What the system does when the process has died.
  void ReleaseLocks();

 private:
  class Vfs;
  std::unique_ptr<Vfs> vfs_;
};

}  // namespace firn::testing
