// Any text as a configuration: TOML, variables, common options, plugin schemas. Nothing may crash, and what is refused
// says why.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/document.h"
#include "processors/rename/rename.h"

namespace {

std::optional<std::string> Variable(std::string_view name) {
  if (name == "A") return "value";
  if (name == "B") return "\"\n[agent]\n";
  return std::nullopt;
}

void Load(const std::string& text, bool strict) {
  firn::config::LoadOptions options;
  options.environment = &Variable;
  options.strict_environment = strict;
  const firn::config::SourceFile file{"fuzz.conf", text};
  firn::config::Diagnostics diagnostics;
  const firn::config::Document document = LoadDocument({&file, 1}, options, diagnostics);
  for (const firn::config::PluginTable& plugin : document.plugins) {
    const size_t errors = diagnostics.error_count();
    const auto bound = firn::processors::RenameSchema().Bind(plugin.table, diagnostics, plugin.DisplayName());
    if (!bound.ok() && diagnostics.error_count() == errors) std::abort();
  }
  for (const auto& entry : diagnostics.entries()) (void)entry.ToString();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Load(text, true);
  Load(text, false);
  return 0;
}
