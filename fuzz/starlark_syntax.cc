#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "starlark/resolve/resolver.h"
#include "starlark/syntax/parser.h"

/// Any bytes are a program or give an error with a place; the first byte chooses the dialect.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const firn::starlark::FileOptions options{.allow_set = (data[0] & 1) != 0,
                                            .allow_while = (data[0] & 2) != 0,
                                            .allow_top_level_control = (data[0] & 4) != 0,
                                            .allow_global_reassign = (data[0] & 8) != 0,
                                            .allow_recursion = false,
                                            .load_binds_globally = (data[0] & 16) != 0};
  const std::string_view source(reinterpret_cast<const char*>(data) + 1, size - 1);
  const firn::starlark::ParseResult parsed = firn::starlark::Parse(source, "fuzz.star", options);
  if (parsed.ok() != parsed.errors.empty()) std::abort();
  for (const auto& error : parsed.errors)
    if (!error.position.is_valid() || error.message.empty()) std::abort();
  if (!parsed.ok()) return 0;
  firn::starlark::Environment environment;
  environment.universal = [](std::string_view name) {
    return name.size() == 1 ? std::optional<uint32_t>(name[0]) : std::nullopt;
  };
  for (const auto& error : firn::starlark::Resolve(*parsed.file, environment))
    if (!error.position.is_valid()) std::abort();
  return 0;
}
