#pragma once

#include <span>
#include <string>

#include "base/clock.h"
#include "lake/pending_file.h"
#include "lake/reject_sink.h"
#include "lake/schema_plan.h"
#include "point/batch.h"

namespace firn::lake {

/// Sends the values of `batches` that `plan` refuses to `rejects`, a row and reason at a time, as line protocol with
/// nothing but the refused fields (a refused tag takes the whole row with it, which says whose it was).
void RejectRefused(const SchemaPlan& plan, std::span<const point::Batch* const> batches, const std::string& table,
                   const ShardNames& names, const Clock& clock, RejectSink& rejects);

}  // namespace firn::lake
