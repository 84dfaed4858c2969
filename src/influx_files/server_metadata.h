#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"
#include "formats/bolt/bolt_file.h"
#include "storage/file_system.h"

/// What the readers of a server's metadata and backups share.
namespace firn::influx_files {

/// A 2.x server's `influxd.bolt`.
Result<bolt::BoltFile> OpenBolt(storage::FileSystem& files, const std::string& path);

/// A member of an object that is text; "" where it is absent or of another type.
std::string TextMember(const nlohmann::json& object, const char* name);

}  // namespace firn::influx_files
