#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::storage {

/// An open local file of the journal or of the state folder. One thread at a time, except ReadAt and Size.
class File {
 public:
  virtual ~File() = default;
  virtual Status Append(std::string_view bytes) = 0;
  /// Appends the parts one after another, in one call to the system where that is possible. After a failure an unknown
  /// number of the bytes has been written.
  virtual Status AppendParts(std::span<const std::string_view> parts);
  /// Up to `length` bytes from `offset`; fewer only at the end.
  virtual Result<std::string> ReadAt(uint64_t offset, size_t length) const = 0;
  virtual Result<uint64_t> Size() const = 0;
  /// fdatasync. After a failure the file must not be written to again: what was dropped is unknown.
  virtual Status Sync() = 0;
  virtual Status Truncate(uint64_t size) = 0;
};

struct FileInfo {
  uint64_t size_bytes = 0;
  int64_t modified_ms = 0;  ///< since 1970
  bool is_folder = false;
  bool is_link = false;  ///< the name is a symbolic link; the rest describes what it points to
};

/// An advisory lock on a folder (flock on FOLDER/LOCK), held until destroyed. The kernel lets go of it when the process
/// dies.
class FolderLock {
 public:
  /// Makes the folder when it is absent. kAlreadyExists, naming the holder's process id, when another holds it (a
  /// second time in this process counts as another).
  static Result<std::unique_ptr<FolderLock>> Acquire(const std::string& folder);

  /// For file systems: `release` runs once, on destruction.
  explicit FolderLock(std::function<void()> release) : release_(std::move(release)) {}
  ~FolderLock() { release_(); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::function<void()> release_;
};

/// The local disk behind a seam, so that tests can fail, tear and lose what they like
/// (tests/support/fault_file_system.h). Paths are ordinary paths. Errors: kNotFound, kAlreadyExists, kUnauthorized
/// (permissions, read-only), kResourceExhausted (disk or quota full), kUnavailable (I/O). Thread-safe.
class FileSystem {
 public:
  enum class Mode {
    kRead,       ///< an existing file
    kAppend,     ///< for reading and appending; made when absent
    kCreateNew,  ///< as kAppend; kAlreadyExists when the name is taken
  };

  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, Mode mode) = 0;
  /// Names in a folder, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> List(const std::string& folder) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  virtual Result<FileInfo> Stat(const std::string& path) = 0;
  /// Makes the folder and its missing parents, and makes durable that they are there.
  virtual Status CreateFolders(const std::string& folder) = 0;
  /// Atomic replacement; durable after SyncFolder.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  /// Atomic; kAlreadyExists, changing nothing, when `to` is taken. Durable after SyncFolder.
  virtual Status RenameNoReplace(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  /// fsync of the directory: its entries are durable.
  virtual Status SyncFolder(const std::string& folder) = 0;
  virtual Result<uint64_t> FreeBytes(const std::string& folder) = 0;
  /// FolderLock::Acquire on this file system.
  virtual Result<std::unique_ptr<FolderLock>> Lock(const std::string& folder) = 0;

  Result<std::string> ReadFile(const std::string& path);
  /// Writes to `path`.tmp, syncs, renames over `path`, syncs the folder: readers see the old or the new bytes, never a
  /// mixture.
  Status ReplaceFile(const std::string& path, std::string_view bytes);
};

/// The folder part of a path: "/a" for "/a/b", "/" for "/a", "." for "a".
std::string ParentFolder(std::string_view path);

/// The machine's disk.
std::unique_ptr<FileSystem> MakeLocalFileSystem();

}  // namespace firn::storage
