#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "starlark_host_values.h"
#include "starlark_program_writer.h"
#include "starlark_runner.h"

namespace {

using firn::starlark::Limits;
using firn::starlark::Thread;

constexpr firn::starlark::FileOptions kDialect{.allow_set = true,
                                               .allow_while = true,
                                               .allow_top_level_control = true,
                                               .allow_global_reassign = true,
                                               .allow_recursion = true};
constexpr Limits kLimits{.steps = 200'000, .heap_bytes = size_t{16} << 20, .call_depth = 200, .output_bytes = 1 << 20};

const std::shared_ptr<const firn::starlark::Module>& Predeclared() {
  static const auto module = [] {
    firn::starlark::ModuleBuilder names;
    names.AddFunctions(firn::testing::StarlarkHostFunctions());
    return std::move(names).Build();
  }();
  return module;
}

}  // namespace

/// A program ends within its limits, whatever it is: after an odd byte the bytes are its text, else the choices of a
/// generator of programs that run.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool is_text = data[0] % 2 == 1;
  const std::string source =
      is_text ? std::string(bytes) : firn::testing::WriteStarlarkProgram(firn::testing::Choices::FromBytes(bytes));
  Thread thread(firn::starlark::StandardLibrary(), kLimits);
  firn::testing::RunStarlark(thread, source, "fuzz.star", kDialect, Predeclared());
  return 0;
}
