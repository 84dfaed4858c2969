#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/document.h"
#include "pipeline/plugins.h"
#include "pipeline/stages.h"

namespace firn::pipeline {

/// A configuration with every plugin bound: what will run, before anything runs.
struct Topology {
  struct Input {
    BoundInput bound;
    config::CommonInputOptions common;
    std::string display_name;
  };
  struct Output {
    BoundOutput bound;
    config::CommonOutputOptions common;
    std::string display_name;
    StageChain stages;  ///< of every input, through the processors, to this output
  };

  config::AgentOptions agent;
  config::StringMap global_tags;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  size_t processors = 0;

  bool listens() const;
};

/// Binds every plugin and builds the stages; what is wrong goes to `diagnostics`.
Topology BuildTopology(const config::Document& document, config::Diagnostics& diagnostics);

/// What the inputs and processors make of rows, without any output's filter: for --test.
StageChain StagesWithoutOutput(const config::Document& document, config::Diagnostics& diagnostics);

}  // namespace firn::pipeline
