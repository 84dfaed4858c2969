#pragma once

#include <filesystem>
#include <string>

#include "formats/go_time/time_zone.h"

namespace firn::starlark {

/// Time zones from a folder of TZif files, which on Linux is /usr/share/zoneinfo. Reads a file each time it is asked.
/// Thread-safe.
class ZoneFiles final : public go_time::ZoneLoader {
 public:
  explicit ZoneFiles(std::filesystem::path folder = "/usr/share/zoneinfo") : folder_(std::move(folder)) {}

  Result<std::shared_ptr<const go_time::TimeZone>> Load(const std::string& name) override;
  /// What $TZ names, else /etc/localtime; UTC where neither can be read.
  std::shared_ptr<const go_time::TimeZone> Local() override;

 private:
  std::filesystem::path folder_;
};

}  // namespace firn::starlark
