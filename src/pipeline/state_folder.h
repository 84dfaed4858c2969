#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "storage/file_system.h"

namespace firn::pipeline {

/// The folder in which a pipeline remembers: lock, journal, checkpoint, digests of retries, epoch, and the
/// configuration under which the journal's records were accepted. Locked while this object lives.
class StateFolder {
 public:
  /// Makes and locks the folder. kAlreadyExists, naming the process, when another one runs on it.
  static Result<std::unique_ptr<StateFolder>> Open(const std::string& folder, storage::FileSystem& file_system);

  std::string journal_folder() const { return folder_ + "/journal"; }
  std::string checkpoint_file() const { return folder_ + "/checkpoint"; }
  std::string retries_file() const { return folder_ + "/retries"; }
  const std::string& folder() const { return folder_; }

  /// Whether a journal was ever made here.
  Result<bool> HasJournal() const;

  /// A number higher than that of every earlier start on this folder, and, as clocks go, on every other one: the wall
  /// clock in ms, or one more than the last.
  Result<int64_t> NextEpoch(const Clock& clock);

  /// The configuration files (variables not yet replaced) under which unfinished records were accepted.
  Result<std::optional<std::string>> AcceptedConfig() const;
  Status StoreAcceptedConfig(std::string_view text);

 private:
  StateFolder(std::string folder, storage::FileSystem& file_system, std::unique_ptr<storage::FolderLock> lock)
      : folder_(std::move(folder)), file_system_(file_system), lock_(std::move(lock)) {}
  Result<std::optional<std::string>> ReadIfThere(const std::string& path) const;

  const std::string folder_;
  storage::FileSystem& file_system_;
  std::unique_ptr<storage::FolderLock> lock_;
};

}  // namespace firn::pipeline
