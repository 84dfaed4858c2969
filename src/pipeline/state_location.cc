#include "pipeline/state_location.h"

#include <filesystem>

namespace firn::pipeline {

std::string StateFolderOf(const config::AgentOptions& agent, std::span<const config::SourceFile> files) {
  if (!agent.state_directory.empty()) return std::filesystem::absolute(agent.state_directory).string();
  return (std::filesystem::absolute(files.front().path).parent_path() / "state").string();
}

}  // namespace firn::pipeline
