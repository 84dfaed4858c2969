#include "storage/folder_durability.h"

#include <vector>

namespace firn::storage {

Status FolderDurability::Ensure(const std::string& folder) {
  const std::lock_guard lock(ensure_mutex_);
  if (durable_.contains(folder)) return OkStatus();
  // An earlier process may have died between making a folder and syncing its parent, so every parent is synced once.
  FIRN_TRY(file_system_.CreateFolders(folder));
  std::vector<std::string> walked;
  for (std::string path = folder; path != "/" && path != "." && !durable_.contains(path);) {
    walked.push_back(path);
    path = ParentFolder(path);
    Status synced = file_system_.SyncFolder(path);
    // A parent that this user may not open is not one that Firn made.
    if (!synced.ok() && synced.error().kind() != ErrorKind::kUnauthorized) return synced;
  }
  durable_.insert(walked.begin(), walked.end());
  return OkStatus();
}

void FolderDurability::Forget() {
  const std::lock_guard lock(ensure_mutex_);
  durable_.clear();
}

Status FolderDurability::Sync(const std::string& folder) {
  std::unique_lock lock(sync_mutex_);
  Round& round = rounds_[folder];
  ++round.users;
  // A round that runs already may have read the folder before the caller's rename: wait for the one after it.
  const uint64_t mine = round.running ? round.finished + 2 : round.finished + 1;
  while (round.finished < mine) {
    if (round.running) {
      finished_.wait(lock);
      continue;
    }
    round.running = true;
    lock.unlock();
    Status status = file_system_.SyncFolder(folder);
    lock.lock();
    round.running = false;
    ++round.finished;
    if (!status.ok()) {
      round.failed = round.finished;
      round.failure = std::move(status);
    }
    finished_.notify_all();
  }
  Status status = round.failed >= mine ? round.failure : OkStatus();
  if (--round.users == 0) rounds_.erase(folder);
  return status;
}

}  // namespace firn::storage
