#pragma once

#include <span>
#include <string>

#include "config/document.h"

namespace firn::pipeline {

/// The state folder of a configuration, absolute: `state_directory`, else `state` beside the first file.
std::string StateFolderOf(const config::AgentOptions& agent, std::span<const config::SourceFile> files);

}  // namespace firn::pipeline
