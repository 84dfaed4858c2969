#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "influx_files/backup.h"
#include "storage/file_system.h"

namespace firn::cli {

/// A backup's shards, unpacked into a temporary folder (of $TMPDIR, else /tmp) that goes when this does.
class UnpackedBackup {
 public:
  /// Says on standard error where it unpacks to: a backup may be large.
  static Result<std::shared_ptr<const UnpackedBackup>> Make(storage::FileSystem& files,
                                                            const influx_files::Backup& backup);
  ~UnpackedBackup();
  UnpackedBackup(const UnpackedBackup&) = delete;
  UnpackedBackup& operator=(const UnpackedBackup&) = delete;

  const std::string& folder() const { return folder_; }

 private:
  explicit UnpackedBackup(std::string folder) : folder_(std::move(folder)) {}

  std::string folder_;
};

}  // namespace firn::cli
