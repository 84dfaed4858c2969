#pragma once

#include <string>

#include "config/option_info.h"

namespace firn::config {

/// The reference page of a plugin, docs/plugins/<name>.md, out of its schema: what it does, its options with type,
/// default and meaning, those of sub-tables, and the names of the options that its category shares (`common`).
std::string RenderPluginPage(const SchemaInfo& plugin, const SchemaInfo& common);

/// The same for a table that is no plugin (`[agent]`, the shared options of a category).
std::string RenderTablePage(const SchemaInfo& table);

}  // namespace firn::config
