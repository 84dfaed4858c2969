#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "starlark/library/json.h"
#include "starlark/library/universe.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/thread.h"

namespace {

using firn::starlark::Thread;
using firn::starlark::Value;

/// What a value prints as; empty if that fails.
std::string Shown(Thread& thread, const Value& value) {
  std::string text;
  return AppendRepr(thread, value, text) ? text : "";
}

}  // namespace

/// Any bytes are JSON or give a problem; what was read is written, and read again as the same. The JSON that is written
/// can be indented.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace library = firn::starlark::library;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Thread thread(firn::starlark::StandardLibrary(),
                {.steps = 1'000'000, .heap_bytes = size_t{64} << 20, .call_depth = 1});
  std::string problem;
  std::string indented;
  library::IndentJson(text, {"", "\t", size_t{1} << 20}, indented, &problem);
  problem.clear();
  const Value value = library::DecodeJson(thread, text, &problem);
  if (value.is_null()) {
    if (problem.empty() && !thread.failed()) std::abort();
    return 0;
  }
  std::string written;
  if (!library::EncodeJson(thread, value, written)) return 0;  // an infinite number, or too many steps
  // As the reference implementation does, U+007F is written as \x7f, which is no JSON.
  if (written.find("\\x7f") != std::string::npos) return 0;
  const Value again = library::DecodeJson(thread, written, &problem);
  if (thread.failed()) return 0;
  if (again.is_null() || Shown(thread, again).size() != Shown(thread, value).size()) std::abort();
  indented.clear();
  if (!library::IndentJson(written, {"", " ", SIZE_MAX}, indented, &problem)) std::abort();
  return 0;
}
