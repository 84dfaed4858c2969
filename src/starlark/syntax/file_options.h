#pragma once

namespace firn::starlark {

/// The dialect of one file. All off is the standard language; each switch admits what some host of the language needs.
struct FileOptions {
  bool allow_set = false;                ///< the built-in `set` may be named
  bool allow_while = false;              ///< `while` loops
  bool allow_top_level_control = false;  ///< `if`, `for` and `while` outside functions
  bool allow_global_reassign = false;    ///< a global may be bound more than once
  bool allow_recursion = false;          ///< a function may be called while it is active
  bool load_binds_globally = false;      ///< `load` makes globals instead of names local to the file
};

/// The dialect of Telegraf's plugins: sets, recursion and global reassignment; no top-level control flow, no `while`.
inline constexpr FileOptions kTelegrafFileOptions{
    .allow_set = true, .allow_global_reassign = true, .allow_recursion = true};

}  // namespace firn::starlark
