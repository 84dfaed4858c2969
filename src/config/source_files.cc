#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "config/document.h"

namespace firn::config {
namespace {

namespace fs = std::filesystem;

Result<SourceFile> ReadSourceFile(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return NotFound("no configuration file: {}", path.string());
  if (fs::is_directory(path, error)) return InvalidConfig("a folder, not a configuration file: {}", path.string());
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return Unavailable("cannot open configuration file: {}", path.string());
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (stream.bad()) return Unavailable("cannot read configuration file: {}", path.string());
  return SourceFile{path.string(), std::move(text)};
}

Result<std::vector<fs::path>> ListConfigurations(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> found;
  fs::recursive_directory_iterator at(directory, fs::directory_options::follow_directory_symlink, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    // Kubernetes mounts a map with hidden folders ("..data") beside links to the same files.
    const std::string name = at->path().filename().string();
    if (name.starts_with("..")) {
      at.disable_recursion_pending();
    } else if (name.ends_with(".conf") && at->is_regular_file(error)) {
      found.push_back(at->path());
    }
  }
  if (error) return NotFound("cannot read configuration directory: {}: {}", directory.string(), error.message());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<std::vector<SourceFile>> ReadSourceFiles(std::span<const std::string> files,
                                                std::span<const std::string> directories) {
  std::vector<SourceFile> sources;
  for (const std::string& file : files) {
    FIRN_ASSIGN(SourceFile source, ReadSourceFile(file));
    sources.push_back(std::move(source));
  }
  for (const std::string& directory : directories) {
    FIRN_ASSIGN(const std::vector<fs::path> paths, ListConfigurations(directory));
    for (const fs::path& path : paths) {
      FIRN_ASSIGN(SourceFile source, ReadSourceFile(path));
      sources.push_back(std::move(source));
    }
  }
  return sources;
}

}  // namespace firn::config
