#include "inputs/file/path_glob.h"

#include <algorithm>
#include <utility>

#include "formats/glob/glob.h"

namespace firn::inputs {
namespace {

constexpr size_t kMaxDepth = 64;  // folders below the fixed part of a pattern

class Search {
 public:
  Search(storage::FileSystem& file_system, glob::Glob glob, size_t max_depth, bool follow_links)
      : file_system_(file_system), glob_(std::move(glob)), max_depth_(max_depth), follow_links_(follow_links) {}

  /// `prefix` is what stands in front of the names in `folder`: "" for the working folder, else it ends in a slash.
  void Walk(const std::string& folder, const std::string& prefix, size_t depth) {
    const Result<std::vector<std::string>> names = file_system_.List(folder);
    if (!names.ok()) return;  // not a folder, or not ours to read: it holds no match
    std::vector<std::string> files;
    for (const std::string& name : *names) {
      const std::string path = prefix + name;
      const Result<storage::FileInfo> info = file_system_.Stat(path);
      if (!info.ok()) continue;
      if (!info->is_folder) {
        files.push_back(path);
      } else if (depth + 1 < max_depth_ && (follow_links_ || !info->is_link)) {
        Walk(path, path + "/", depth + 1);
      }
    }
    for (std::string& file : files) {
      if (glob_.Matches(file)) found_.push_back(std::move(file));
    }
  }

  std::vector<std::string> Take() { return std::move(found_); }

 private:
  storage::FileSystem& file_system_;
  glob::Glob glob_;
  size_t max_depth_;
  bool follow_links_;
  std::vector<std::string> found_;
};

}  // namespace

Result<std::vector<std::string>> FindFiles(storage::FileSystem& file_system, const std::string& pattern) {
  const size_t meta = pattern.find_first_of("*?[");
  if (meta == std::string::npos) {
    FIRN_ASSIGN(const storage::FileInfo info, file_system.Stat(pattern));
    if (info.is_folder) return InvalidInput("a folder, not a file: {}", pattern);
    return std::vector<std::string>{pattern};
  }
  FIRN_ASSIGN(glob::Glob glob, glob::Glob::Compile(pattern, "/"));
  const size_t slash = pattern.rfind('/', meta);
  const std::string prefix = slash == std::string::npos ? "" : pattern.substr(0, slash + 1);
  const bool any_depth = pattern.find("**") != std::string::npos;
  const size_t components =
      1 + static_cast<size_t>(std::count(pattern.begin() + static_cast<std::ptrdiff_t>(meta), pattern.end(), '/'));
  Search search(file_system, std::move(glob), any_depth ? kMaxDepth : std::min(components, kMaxDepth), !any_depth);
  search.Walk(prefix.empty() ? "." : prefix, prefix, 0);
  std::vector<std::string> found = search.Take();
  if (found.empty()) return NotFound("no file matches {}", pattern);
  return found;
}

}  // namespace firn::inputs
