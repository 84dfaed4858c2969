#include "storage/file_system.h"

namespace firn::storage {

Status File::AppendParts(std::span<const std::string_view> parts) {
  for (const std::string_view part : parts) FIRN_TRY(Append(part));
  return OkStatus();
}

std::string ParentFolder(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

Result<std::string> FileSystem::ReadFile(const std::string& path) {
  FIRN_ASSIGN(auto file, Open(path, Mode::kRead));
  FIRN_ASSIGN(const uint64_t size, file->Size());
  return file->ReadAt(0, size);
}

Status FileSystem::ReplaceFile(const std::string& path, std::string_view bytes) {
  const std::string unfinished = path + ".tmp";
  // A crash may have left one behind.
  if (Status removed = Remove(unfinished); !removed.ok() && removed.error().kind() != ErrorKind::kNotFound)
    return removed;
  {
    FIRN_ASSIGN(auto file, Open(unfinished, Mode::kCreateNew));
    FIRN_TRY(file->Append(bytes));
    FIRN_TRY(file->Sync());
  }
  FIRN_TRY(Rename(unfinished, path));
  return SyncFolder(ParentFolder(path));
}

}  // namespace firn::storage
