#pragma once

#include <stop_token>

#include "base/byte_sink.h"
#include "base/result.h"
#include "config/document.h"
#include "pipeline/pipeline.h"

namespace firn::pipeline {

/// `firn run --test`: asks each polling input once, from its first start, takes the rows through the stages of inputs
/// and processors, and prints them as line protocol, `> ` before each. Writes nothing else and remembers nothing.
/// Inputs that listen give nothing. Returns the first failure after all inputs had their turn.
Status PrintWhatWouldBeWritten(const config::Document& document, const PipelineSeams& seams, ByteSink& out,
                               std::stop_token stop);

}  // namespace firn::pipeline
