#pragma once

#include <string>

#include "formats/line_protocol/parse_error.h"

namespace firn::inputs::write_endpoints {

/// A refused line as Telegraf's parser reports it: `metric parse error: expected field at 2:6: "bad x"`.
///
/// Clients and people know these texts, and their columns are those of Telegraf's state machine, not of Firn's parser.
/// So the line is read once more by a scanner that follows Telegraf's grammar (plugins/parsers/influx/machine.go.rl) to
/// the byte that it does not take. Cold path: only lines that were refused come here.
std::string TelegrafMessage(const line_protocol::ParseError& error);

/// What the listeners answer: the first message, and how many others there are.
std::string TelegrafMessage(const line_protocol::ParseErrors& errors);

}  // namespace firn::inputs::write_endpoints
