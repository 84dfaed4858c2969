#pragma once

#include <string>
#include <string_view>

namespace firn::storage {

/// What locations of one folder begin with, in whatever spelling: `/lake`, `file:/lake` (Java) and `file:///lake`
/// (PyIceberg) are one place. The boundary is at a slash, written or not: `/lake` begins `/lake/a`, not
/// `/lake2/a`.
class LocationPrefix {
 public:
  explicit LocationPrefix(std::string_view prefix);

  bool Begins(std::string_view location) const;
  /// What follows the prefix, from its slash on; requires Begins.
  std::string_view Rest(std::string_view location) const;

 private:
  std::string prefix_;  // a local one without its scheme
};

/// `location` without a `file:` scheme: an absolute path; any other location as it is.
std::string_view WithoutFileScheme(std::string_view location);

}  // namespace firn::storage
