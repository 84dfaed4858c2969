#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace firn::testing {

/// Passes everything on; a base for file systems that do one thing in their own way.
class ForwardingFileSystem : public storage::FileSystem {
 public:
  explicit ForwardingFileSystem(storage::FileSystem& inner) : inner_(inner) {}

  Result<std::unique_ptr<storage::File>> Open(const std::string& path, Mode mode) override {
    return inner_.Open(path, mode);
  }
  Result<std::vector<std::string>> List(const std::string& folder) override { return inner_.List(folder); }
  Result<bool> Exists(const std::string& path) override { return inner_.Exists(path); }
  Result<storage::FileInfo> Stat(const std::string& path) override { return inner_.Stat(path); }
  Status CreateFolders(const std::string& folder) override { return inner_.CreateFolders(folder); }
  Status Rename(const std::string& from, const std::string& to) override { return inner_.Rename(from, to); }
  Status RenameNoReplace(const std::string& from, const std::string& to) override {
    return inner_.RenameNoReplace(from, to);
  }
  Status Remove(const std::string& path) override { return inner_.Remove(path); }
  Status SyncFolder(const std::string& folder) override { return inner_.SyncFolder(folder); }
  Result<uint64_t> FreeBytes(const std::string& folder) override { return inner_.FreeBytes(folder); }
  Result<std::unique_ptr<storage::FolderLock>> Lock(const std::string& folder) override { return inner_.Lock(folder); }

 private:
  storage::FileSystem& inner_;
};

}  // namespace firn::testing
