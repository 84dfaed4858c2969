#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace firn::cli {

/// `firn state -c CONF`: how far each output and each table has come, by source and shard.
struct StateCommandOptions {
  std::vector<std::string> configs;
  bool json = false;
};
int RunState(const StateCommandOptions& options, std::ostream& out, std::ostream& err);

/// `firn state adopt OLD NEW -c CONF`: gives the positions of a source to its new name, in the checkpoint and in the
/// tables of every [[outputs.iceberg]]. Firn must not be running on the state folder.
struct AdoptCommandOptions {
  std::vector<std::string> configs;
  std::string old_source;
  std::string new_source;
};
int RunStateAdopt(const AdoptCommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace firn::cli
