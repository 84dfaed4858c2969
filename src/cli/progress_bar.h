#pragma once

#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>

#include "base/clock.h"

namespace firn::cli {

/// A line on a terminal that says how far long work has come, such as
/// `exporting [#########-----------] 45 %  1.2 of 2.7 GB  12 s left`. Draws nothing where `terminal` is none, at most
/// ten times a second, and is gone when destroyed. Thread-safe.
class ProgressBar {
 public:
  /// `total_bytes` is the whole of the work. `clock` outlives the bar.
  ProgressBar(std::string what, uint64_t total_bytes, const Clock& clock, std::FILE* terminal);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// So many bytes more are done.
  void Add(uint64_t bytes);

 private:
  void Draw(int64_t now_ns);

  const std::string what_;
  const uint64_t total_bytes_;
  const Clock& clock_;
  std::FILE* const terminal_;  // null = draws nothing
  const int64_t began_ns_;
  std::mutex mutex_;
  uint64_t done_bytes_ = 0;
  int64_t drawn_ns_ = 0;
  bool drawn_ = false;
};

/// "1.2 GB": decimal units, as disks are sold.
std::string SizeText(uint64_t bytes);

}  // namespace firn::cli
