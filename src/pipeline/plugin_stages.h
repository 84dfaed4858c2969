#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "config/common_options.h"
#include "filters/filter.h"
#include "pipeline/stages.h"
#include "processors/processor.h"

/// The stages that plugins' common options ask for, in Telegraf's sense.

namespace firn::pipeline {

/// Which points a plugin takes; the rest is dropped.
std::shared_ptr<const Stage> SelectStage(std::shared_ptr<const filters::Filter> filter);
/// What stays of the points that were taken.
std::shared_ptr<const Stage> TrimStage(std::shared_ptr<const filters::Filter> filter);
/// name_override, name_prefix, name_suffix.
std::shared_ptr<const Stage> NamingStage(config::NamingOptions naming);
/// Adds tags to series that lack them; the first of equal keys counts.
std::shared_ptr<const Stage> TagStage(config::StringMap tags);
/// Rounds times to a multiple of `precision`, halves up, as Go does.
std::shared_ptr<const Stage> PrecisionStage(std::chrono::nanoseconds precision);
/// Runs a processor on what its filter takes and hands on the rest untouched.
std::shared_ptr<const Stage> ProcessorStage(std::shared_ptr<const filters::Filter> filter,
                                            std::shared_ptr<processors::Processor> processor);

}  // namespace firn::pipeline
