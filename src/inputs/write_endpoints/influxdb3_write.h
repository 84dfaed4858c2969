#pragma once

#include <memory>
#include <string>

#include "http/server.h"
#include "inputs/write_endpoints/write_intake.h"

namespace firn::inputs::write_endpoints {

/// InfluxDB 3 Core's POST /api/v3/write_lp?db=…&precision=…&accept_partial=…&no_sync=…: good lines next to bad ones are
/// kept unless accept_partial=false. no_sync is read and has no effect: nothing is answered before it is durable.
/// `token` "" = everybody may write. `database_tag` "" = none.
http::Route InfluxDb3WriteRoute(std::shared_ptr<WriteIntake> intake, std::string token, std::string database_tag,
                                uint64_t max_body_bytes);

}  // namespace firn::inputs::write_endpoints
