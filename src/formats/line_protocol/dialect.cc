#include "formats/line_protocol/dialect.h"

namespace firn::line_protocol {

Dialect Dialect::InfluxDb() {
  Dialect dialect;
  dialect.carriage_return_ends_line = false;
  dialect.refuse_reserved_tags = true;
  return dialect;
}

Dialect Dialect::Telegraf() {
  Dialect dialect;
  dialect.wide_whitespace = true;
  dialect.duplicate_tags = DuplicateTags::kLastWins;
  dialect.string_escapes = StringEscapes::kRejectOthers;
  return dialect;
}

Dialect Dialect::Reference() {
  Dialect dialect;
  dialect.control_bytes = false;
  dialect.names_are_utf8 = true;
  dialect.string_escapes = StringEscapes::kControls;
  return dialect;
}

}  // namespace firn::line_protocol
