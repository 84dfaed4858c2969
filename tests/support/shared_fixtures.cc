#include "shared_fixtures.h"

#include <cstdlib>

namespace firn::testing {

std::filesystem::path SharedFolder() {
  const char* set = std::getenv("FIRN_SHARED");
  return set != nullptr && *set != '\0' ? std::filesystem::path(set) : std::filesystem::path(FIRN_SHARED_DEFAULT);
}

std::filesystem::path FixtureFolder(const std::string& name) {
  std::error_code error;
  const auto folder = SharedFolder() / "fixtures" / name;
  return std::filesystem::is_directory(folder, error) ? folder : std::filesystem::path();
}

std::filesystem::path SourceFolder() {
  return FIRN_SOURCE_DIR;
}

}  // namespace firn::testing
