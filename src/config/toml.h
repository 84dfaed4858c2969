#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostics.h"
#include "config/value.h"

namespace firn::config {

/// Parses TOML 1.0 with the positions and the order of the text. A byte order mark is skipped. The first syntax error
/// goes to `diagnostics` and ends it (nothing).
///
/// More lenient than Telegraf's parser, which refuses dotted keys, literal keys ('a b' = 1) and hexadecimal integers.
std::optional<Table> ParseToml(std::string_view text, const std::string& file_name, Diagnostics& diagnostics);

}  // namespace firn::config
