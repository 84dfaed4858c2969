#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/schema.h"
#include "processors/processor.h"

namespace firn::processors {

/// One `[[processors.rename.replace]]`. Of measurement, tag and field the first that is given counts.
struct RenameRule {
  std::string measurement;
  std::string tag;
  std::string field;
  std::string dest;  ///< empty = the rule does nothing
};

struct RenameOptions {
  std::vector<RenameRule> replace;
};

config::Schema<RenameOptions> RenameSchema();

/// `[[processors.rename]]`: gives measurements, tags and fields other names. Rules run in order, each on the former's
/// result; a name that exists already is overwritten. Works on series and columns. What it renames stays the same
/// series, unless a tag was overwritten: then series_intact is cleared.
std::unique_ptr<Processor> MakeRename(const RenameOptions& options);

}  // namespace firn::processors
