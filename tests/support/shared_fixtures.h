#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace firn::testing {

/// The folder of recorded cases: $FIRN_SHARED, else what the build was told.
inline std::filesystem::path SharedFolder() {
  const char* set = std::getenv("FIRN_SHARED");
  return set != nullptr && *set != '\0' ? std::filesystem::path(set) : std::filesystem::path(FIRN_SHARED_DEFAULT);
}

/// A folder under fixtures/, "" where it is absent.
inline std::filesystem::path FixtureFolder(const std::string& name) {
  std::error_code error;
  const auto folder = SharedFolder() / "fixtures" / name;
  return std::filesystem::is_directory(folder, error) ? folder : std::filesystem::path();
}

/// Skips the running test, with a message that the closing count picks up, where recorded cases are absent.
#define FIRN_SKIP_WITHOUT_FIXTURES(folder) \
  if ((folder).empty()) GTEST_SKIP() << "recorded cases are absent: set FIRN_SHARED"

}  // namespace firn::testing
