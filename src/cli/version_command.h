#pragma once

namespace firn::cli {

struct VersionOptions {
  bool json = false;
};

/// `firn version`: its own, and those of the libraries that it runs on.
int RunVersion(const VersionOptions& options);

}  // namespace firn::cli
