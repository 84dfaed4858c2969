#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "starlark/runtime/value.h"

/// JSON as the module json reads and writes it. Texts of errors are those of starlark-go, which in part are those of
/// Go's encoding/json.

namespace firn::starlark {
class Thread;
}

namespace firn::starlark::library {

/// Deeper nesting is an error, in either direction; starlark-go has no such limit.
inline constexpr int kMaxJsonDepth = 1000;

/// Appends the JSON of `value`. False if failed: "at list index 0: cannot encode …". (json_encoder.cc)
bool EncodeJson(Thread& thread, const Value& value, std::string& out);

/// Appends `text` as a JSON string; `<`, `>`, `&` are escaped only where something else has to be, as starlark-go does.
void AppendJsonString(std::string_view text, std::string& out);

/// What a JSON text denotes, as dicts, lists, ints, floats, strings. Null if it is malformed: then `problem` says
/// "at offset 3, unexpected character ']'"; or if the thread has failed. (json_decoder.cc)
Value DecodeJson(Thread& thread, std::string_view text, std::string* problem);

struct IndentOptions {
  std::string_view prefix;      ///< begins each line but the first
  std::string_view indent;      ///< once a level
  size_t max_bytes = SIZE_MAX;  ///< a short text can become a long one
};

/// Appends `json` with every item on a line of its own. False if it is malformed or gets too long: then `problem` says
/// why. (json_indent.cc)
bool IndentJson(std::string_view json, const IndentOptions& options, std::string& out, std::string* problem);

}  // namespace firn::starlark::library
