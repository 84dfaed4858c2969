#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "storage/file_system.h"

namespace firn::inputs {

/// The files that a pattern names: `*`, `?`, `[…]` and `{…}` within a path component, `**` across folders (`logs/**.lp`
/// finds logs/a.lp and logs/x/b.lp). Within a folder, what its subfolders hold comes first, then its files, each sorted
/// by name. Links to folders are not followed below `**`. A pattern without a match is kNotFound.
Result<std::vector<std::string>> FindFiles(storage::FileSystem& file_system, const std::string& pattern);

}  // namespace firn::inputs
