#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::storage {

enum class Scheme { kLocal, kS3 };

/// A location taken apart. `path` is an absolute local path, or `bucket/key` as Arrow's S3 file system wants it.
struct ParsedLocation {
  Scheme scheme = Scheme::kLocal;
  std::string path;
};

/// kInvalidInput for what is no absolute location, kUnsupported for an unknown scheme.
Result<ParsedLocation> ParseLocation(std::string_view location);

/// The scheme of `location` in lower case ("s3", "file"), "" when it has none.
std::string LocationScheme(std::string_view location);

}  // namespace firn::storage
