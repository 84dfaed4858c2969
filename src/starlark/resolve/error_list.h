#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "starlark/syntax/position.h"

namespace firn::starlark {

/// Collects what is wrong with a program; beyond a thousand errors nobody reads on, and a hostile program has no end.
class ErrorList {
 public:
  template <typename... Args>
  void Add(Position position, fmt::format_string<Args...> format, Args&&... args) {
    if (!is_full()) errors_.push_back({position, fmt::format(format, std::forward<Args>(args)...)});
  }

  bool is_full() const { return errors_.size() >= kMostErrors; }
  std::vector<SyntaxError> Take() && { return std::move(errors_); }

 private:
  static constexpr size_t kMostErrors = 1'000;

  std::vector<SyntaxError> errors_;
};

}  // namespace firn::starlark
