#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "shared_fixtures.h"

namespace firn::testing {

/// Fails when docs/plugins/`name`.md does not hold `page`; writes it instead where FIRN_UPDATE_DOCS is set.
inline void ExpectPageIsCurrent(const std::string& name, const std::string& page) {
  const std::filesystem::path path = SourceFolder() / "docs" / "plugins" / (name + ".md");
  if (std::getenv("FIRN_UPDATE_DOCS") != nullptr) std::ofstream(path, std::ios::binary) << page;
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(text.str(), page) << path << " is stale: run this test with FIRN_UPDATE_DOCS=1";
}

}  // namespace firn::testing
