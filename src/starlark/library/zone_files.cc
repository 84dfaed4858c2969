#include "starlark/library/zone_files.h"

#include <cstdlib>
#include <fstream>

namespace firn::starlark {
namespace {

/// Zones have some kilobytes; whatever is much larger is none.
constexpr std::streamsize kLargestFile = 1 << 20;

Result<std::shared_ptr<const go_time::TimeZone>> ReadZone(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return NotFound("no time zone: {}", path.string());
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kLargestFile, '\0');
  file.read(bytes.data(), kLargestFile);
  bytes.resize(static_cast<size_t>(file.gcount()));
  return go_time::TimeZone::ParseTzif(bytes);
}

}  // namespace

Result<std::shared_ptr<const go_time::TimeZone>> ZoneFiles::Load(const std::string& name) {
  return ReadZone(folder_ / name);
}

std::shared_ptr<const go_time::TimeZone> ZoneFiles::Local() {
  const char* variable = std::getenv("TZ");
  if (variable == nullptr) return ReadZone("/etc/localtime").value_or(nullptr);
  std::string_view name = variable;
  if (name.starts_with(':')) name.remove_prefix(1);
  if (name.starts_with('/')) return ReadZone(std::filesystem::path(name)).value_or(nullptr);
  return go_time::IsZoneName(name) ? Load(std::string(name)).value_or(nullptr) : nullptr;
}

}  // namespace firn::starlark
