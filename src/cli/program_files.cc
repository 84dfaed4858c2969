#include "cli/program_files.h"

#include <filesystem>

namespace firn::cli {

std::string ExtensionDirectory() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) {
    const auto beside = program.parent_path().parent_path() / "lib" / "duckdb_extensions";
    if (std::filesystem::is_directory(beside, error)) return beside.string();
  }
  return "";
}

}  // namespace firn::cli
