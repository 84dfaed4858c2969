#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/diagnostics.h"
#include "config/value.h"

/// Variables in configurations, as Telegraf has them: `${V}`, `$V`, `${V:-default}` (unset or empty), `${V-default}`
/// (unset),
/// `${V:?message}`, `${V?message}` (an error), `${V:+text}`, `${V+text}` (text when set), `$$` (a dollar). Names are
/// letters, digits and _. An unset variable without any of these, and whatever looks otherwise (`${1}`), stays as it is
/// written. A value is not expanded again; a default is.

namespace firn::config {

/// The value of a variable, nothing when it is unset.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The variables of this process.
Environment ProcessEnvironment();

/// kInvalidConfig for `${V:?message}`, naming V and the message.
Result<std::string> ExpandVariables(std::string_view text, const Environment& environment);

/// The strict way (the default): in string values only, lists and sub-tables included, so that no value can bring in
/// syntax.
void ExpandStringValues(Table& table, const Environment& environment, Diagnostics& diagnostics);

}  // namespace firn::config
