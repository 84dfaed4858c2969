#pragma once

#include <filesystem>
#include <string>

namespace firn::testing {

/// The folder of recorded cases: $FIRN_SHARED, else what the build was told.
std::filesystem::path SharedFolder();

/// A folder under fixtures/, "" where it is absent.
std::filesystem::path FixtureFolder(const std::string& name);

/// The project's own folder, for tests that hold pages and examples against the code.
std::filesystem::path SourceFolder();

/// Skips the running test, with a message that the closing count picks up, where recorded cases are absent.
#define FIRN_SKIP_WITHOUT_FIXTURES(folder) \
  if ((folder).empty()) GTEST_SKIP() << "recorded cases are absent: set FIRN_SHARED"

}  // namespace firn::testing
