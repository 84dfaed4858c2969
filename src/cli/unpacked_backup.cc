#include "cli/unpacked_backup.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace firn::cli {

Result<std::shared_ptr<const UnpackedBackup>> UnpackedBackup::Make(storage::FileSystem& files,
                                                                   const influx_files::Backup& backup) {
  std::error_code error;
  const std::filesystem::path temporary = std::filesystem::temp_directory_path(error);
  if (error) return Unavailable("there is no temporary folder: {}", error.message());
  std::string folder = (temporary / "firn-backup-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    return Unavailable("cannot make a folder in {}: {}", temporary.string(), std::strerror(errno));
  const std::shared_ptr<const UnpackedBackup> unpacked(new UnpackedBackup(std::move(folder)));
  fmt::print(stderr, "firn: unpacking {} archives of {} to {}\n", backup.archives.size(), backup.path,
             unpacked->folder());
  FIRN_TRY(influx_files::UnpackBackup(files, backup, unpacked->folder()));
  return unpacked;
}

UnpackedBackup::~UnpackedBackup() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace firn::cli
