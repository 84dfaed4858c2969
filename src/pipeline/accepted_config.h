#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"

namespace firn::pipeline {

/// The configuration under which records were accepted, kept beside the journal: records are finished under the
/// processors and the routing that they came in with, whatever the file says today.

/// Several files as one text: `file SIZE PATH`, a line feed, the bytes, a line feed.
std::string JoinFiles(const std::vector<config::SourceFile>& files);
/// The inverse; what cannot be read ends the list.
std::vector<config::SourceFile> SplitFiles(std::string_view text);

/// Gives the outputs of a former configuration today's ways into their stores: keys, tokens, endpoints, path maps. An
/// output is the same one if it has the same plugin and name and still goes to the same catalog, warehouse and
/// namespace. So a wrong or expired key can be put right while records wait; what they become is not changed by it.
void TakeConnections(config::Document& former, const config::Document& current);

}  // namespace firn::pipeline
