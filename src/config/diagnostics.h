#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/position.h"

namespace firn::config {

/// What is wrong with a configuration: all of it, not only the first thing. Not thread-safe.
class Diagnostics {
 public:
  enum class Severity { kError, kWarning };
  struct Entry {
    Severity severity;
    Position position;
    std::string message;
    /// "telegraf.conf:12:3: error: unknown option 'fils' in inputs.file; did you mean 'files'?"
    std::string ToString() const;
  };

  void AddError(Position position, std::string message);
  void AddWarning(Position position, std::string message);

  const std::vector<Entry>& entries() const { return entries_; }
  size_t error_count() const { return error_count_; }
  bool ok() const { return error_count_ == 0; }
  /// OK without errors; else kInvalidConfig with every error on a line of its own.
  Status ToStatus() const;

 private:
  std::vector<Entry> entries_;
  size_t error_count_ = 0;
};

/// The candidate that is nearest to `word` (edit distance, at most a third of its length), or "".
std::string_view NearestWord(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace firn::config
