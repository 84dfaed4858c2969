#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/byte_sink.h"
#include "base/result.h"
#include "storage/file_system.h"

namespace firn::outputs {

/// Where an output appends: a file that is made when it is absent, or a stream. One thread at a time.
class AppendTarget {
 public:
  virtual ~AppendTarget() = default;
  virtual const std::string& name() const = 0;
  virtual Status Append(std::string_view text) = 0;
  /// What was appended is durable (a stream: handed over). After an error of Append or Sync the file is opened anew by
  /// the next Append.
  virtual Status Sync() = 0;
};

/// Opens at once, making missing folders, so that a bad path is known at the start.
Result<std::unique_ptr<AppendTarget>> OpenFileTarget(const std::string& path, storage::FileSystem& file_system);
std::unique_ptr<AppendTarget> MakeStreamTarget(std::string name, ByteSink& stream);

}  // namespace firn::outputs
