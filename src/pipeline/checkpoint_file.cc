#include "pipeline/checkpoint_file.h"

namespace firn::pipeline {

Result<std::unique_ptr<CheckpointFile>> CheckpointFile::Open(storage::FileSystem& file_system, std::string path) {
  FIRN_ASSIGN(journal::Checkpoint checkpoint, journal::Checkpoint::Read(file_system, path));
  return std::unique_ptr<CheckpointFile>(new CheckpointFile(file_system, std::move(path), std::move(checkpoint)));
}

std::optional<int64_t> CheckpointFile::Get(const journal::PositionKey& key) const {
  const std::lock_guard lock(mutex_);
  return checkpoint_.Get(key);
}

void CheckpointFile::Set(const journal::PositionKey& key, int64_t position) {
  const std::lock_guard lock(mutex_);
  checkpoint_.Set(key, position);
}

Status CheckpointFile::Save() {
  const std::lock_guard save_lock(save_mutex_);
  return positions().Write(file_system_, path_);
}

journal::Checkpoint CheckpointFile::positions() const {
  const std::lock_guard lock(mutex_);
  return checkpoint_;
}

}  // namespace firn::pipeline
