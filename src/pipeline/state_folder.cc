#include "pipeline/state_folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace firn::pipeline {

Result<std::unique_ptr<StateFolder>> StateFolder::Open(const std::string& folder, storage::FileSystem& file_system) {
  FIRN_TRY(file_system.CreateFolders(folder).WithContext("cannot make the state folder"));
  // What lies here may hold secrets: bodies, and the configuration that they came with.
  std::error_code ignored;
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  Result<std::unique_ptr<storage::FolderLock>> lock = storage::FolderLock::Acquire(folder);
  if (!lock.ok() && lock.error().kind() == ErrorKind::kAlreadyExists) {
    return AlreadyExists(
        "{}: another firn runs on this state folder; stop it, or give this one another state_directory",
        lock.error().message());
  }
  FIRN_TRY(lock.status());
  return std::unique_ptr<StateFolder>(new StateFolder(folder, file_system, std::move(*lock)));
}

Result<bool> StateFolder::HasJournal() const {
  return file_system_.Exists(journal_folder());
}

Result<std::optional<std::string>> StateFolder::ReadIfThere(const std::string& path) const {
  FIRN_ASSIGN(const bool there, file_system_.Exists(path));
  if (!there) return std::optional<std::string>();
  FIRN_ASSIGN(std::string text, file_system_.ReadFile(path));
  return std::optional<std::string>(std::move(text));
}

Result<int64_t> StateFolder::NextEpoch(const Clock& clock) {
  const std::string path = folder_ + "/epoch";
  FIRN_ASSIGN(const std::optional<std::string> stored, ReadIfThere(path));
  int64_t last = 0;
  if (stored.has_value()) {
    const auto [end, error] = std::from_chars(stored->data(), stored->data() + stored->size(), last);
    if (error != std::errc() || end == stored->data()) {
      return Corrupt("{} does not hold a number; remove it if no other firn writes the same sources", path);
    }
  }
  const int64_t epoch = std::max(clock.NowNs() / 1'000'000, last + 1);
  FIRN_TRY(file_system_.ReplaceFile(path, fmt::format("{}\n", epoch)));
  return epoch;
}

Result<std::optional<std::string>> StateFolder::AcceptedConfig() const {
  return ReadIfThere(folder_ + "/accepted.conf");
}

Status StateFolder::StoreAcceptedConfig(std::string_view text) {
  return file_system_.ReplaceFile(folder_ + "/accepted.conf", text);
}

}  // namespace firn::pipeline
