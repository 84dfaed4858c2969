#include "influx_files/server_metadata.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

namespace firn::influx_files {

Result<bolt::BoltFile> OpenBolt(storage::FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(std::shared_ptr<const storage::File> file, files.Open(path, storage::FileSystem::Mode::kRead));
  FIRN_ASSIGN(const uint64_t size, file->Size());
  return bolt::BoltFile::Open([file](uint64_t offset, size_t bytes) { return file->ReadAt(offset, bytes); }, size);
}

std::string TextMember(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace firn::influx_files
