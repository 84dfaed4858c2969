#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "journal/checkpoint.h"
#include "storage/file_system.h"

namespace firn::pipeline {

/// The process's checkpoint: positions in memory, stored as one file. Thread-safe.
class CheckpointFile {
 public:
  /// Reads what an earlier run stored. `file_system` outlives it.
  static Result<std::unique_ptr<CheckpointFile>> Open(storage::FileSystem& file_system, std::string path);

  std::optional<int64_t> Get(const journal::PositionKey& key) const;
  void Set(const journal::PositionKey& key, int64_t position);
  /// Durable when it returns.
  Status Save();
  journal::Checkpoint positions() const;

 private:
  CheckpointFile(storage::FileSystem& file_system, std::string path, journal::Checkpoint checkpoint)
      : file_system_(file_system), path_(std::move(path)), checkpoint_(std::move(checkpoint)) {}

  storage::FileSystem& file_system_;
  const std::string path_;
  mutable std::mutex mutex_;
  journal::Checkpoint checkpoint_;
  std::mutex save_mutex_;
};

}  // namespace firn::pipeline
