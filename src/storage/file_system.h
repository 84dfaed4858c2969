#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::storage {

/// An open local file of the journal or of the state folder. One thread at a time, except ReadAt.
class File {
 public:
  virtual ~File() = default;
  virtual Status Append(std::string_view bytes) = 0;
  /// Up to `length` bytes from `offset`; fewer only at the end.
  virtual Result<std::string> ReadAt(uint64_t offset, size_t length) const = 0;
  virtual Result<uint64_t> Size() const = 0;
  /// fdatasync. After a failure the file must not be written to again: what was dropped is unknown.
  virtual Status Sync() = 0;
  virtual Status Truncate(uint64_t size) = 0;
};

/// The local disk behind a seam, so that tests can fail, tear and lose what they like. Paths are ordinary paths. Thread-safe.
class FileSystem {
 public:
  enum class Mode { kRead, kAppend, kCreateNew };

  virtual ~FileSystem() = default;
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, Mode mode) = 0;
  /// Names in a folder, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> List(const std::string& folder) = 0;
  virtual Result<bool> Exists(const std::string& path) = 0;
  virtual Status CreateFolders(const std::string& folder) = 0;
  /// Atomic replacement; durable after SyncFolder.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  /// fsync of the directory: its entries are durable.
  virtual Status SyncFolder(const std::string& folder) = 0;
  virtual Result<uint64_t> FreeBytes(const std::string& folder) = 0;

  Result<std::string> ReadFile(const std::string& path);
  /// Writes to `path`.tmp, syncs, renames over `path`, syncs the folder: readers see the old or the new bytes, never a mixture.
  Status ReplaceFile(const std::string& path, std::string_view bytes);
};

/// The machine's disk.
std::unique_ptr<FileSystem> MakeLocalFileSystem();

/// An advisory lock on a folder (flock on FOLDER/LOCK), held until destroyed.
class FolderLock {
 public:
  /// kAlreadyExists, naming the holder's process id, when another process holds it.
  static Result<std::unique_ptr<FolderLock>> Acquire(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace firn::storage
