#pragma once

#include <string>
#include <vector>

namespace firn::config {

/// What a user may write for one option: the source of listings and of docs/plugins.
struct OptionInfo {
  std::string name;
  std::string type;           ///< "string", "list of strings", "duration", "one of GET, POST", "tables", …
  std::string default_value;  ///< as one would write it in TOML; "" = none
  std::string doc;
  bool required = false;
  std::string deprecated;            ///< "" or what to use instead
  std::vector<OptionInfo> children;  ///< the options of a sub-table
};

/// A plugin (or a table of the configuration) as a user sees it.
struct SchemaInfo {
  std::string name;  ///< "inputs.file", "agent"
  std::string summary;
  std::vector<OptionInfo> options;
};

}  // namespace firn::config
