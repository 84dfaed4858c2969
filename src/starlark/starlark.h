#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "starlark/library/universe.h"
#include "starlark/runtime/callable.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/module.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"
#include "starlark/syntax/file_options.h"
#include "starlark/syntax/position.h"

/// Starlark for hosts.
///
///   auto compiled = CompileFile(source, {.name = "rules.star"}, library);   // once a source
///   Thread thread(library, limits, hooks);                                  // one a thread of execution
///   auto module = RunFile(thread, compiled.program);                        // once: defines the globals
///   Value apply = module->Find("apply");
///   Value result = thread.Call(apply, {&argument, 1});                      // as often as wanted
///   if (result.is_null()) report(thread.TakeError());
///
/// A result lives until the thread's next call, unless it is in a Root. What the host hands in: values made on
/// thread.heap(), native functions (callable.h), and objects of its own (host_object.h), which scripts access without
/// allocation. Nothing throws. Programs may be hostile: they end within the thread's Limits, or by Thread::Cancel.

namespace firn::starlark {

struct SourceOptions {
  std::string name = "<source>";  ///< for messages; nothing is opened
  FileOptions dialect;
  std::vector<std::string> predeclared = {};      ///< names that RunOptions will have values for
  std::vector<std::string> earlier_globals = {};  ///< globals that RunOptions::initial_globals will have values for
  bool is_expression = false;                     ///< the source is one expression: Module::result
};

struct CompiledSource {
  std::shared_ptr<const LinkedProgram> program;  ///< null if there are errors
  std::vector<SyntaxError> errors;               ///< in the order of the source, all that can be told
  bool wants_more = false;                       ///< the source ends too early, e.g. inside brackets
};

/// Parses, resolves and compiles. The program may be run any number of times, by all threads with this library, which
/// outlives it.
CompiledSource CompileFile(std::string_view source, const SourceOptions& options, const Library& library);

}  // namespace firn::starlark
