#include "cli/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace firn::cli {
namespace {

constexpr int64_t kDrawEveryNs = 100'000'000;
constexpr size_t kWidth = 20;

}  // namespace

ProgressBar::ProgressBar(std::string what, uint64_t total_bytes, const Clock& clock, std::FILE* terminal)
    : what_(std::move(what)),
      total_bytes_(std::max<uint64_t>(total_bytes, 1)),
      clock_(clock),
      terminal_(terminal != nullptr && isatty(fileno(terminal)) != 0 ? terminal : nullptr),
      began_ns_(clock.MonotonicNs()) {}

ProgressBar::~ProgressBar() {
  if (drawn_) fmt::print(terminal_, "\r\033[K");
}

void ProgressBar::Add(uint64_t bytes) {
  if (terminal_ == nullptr) return;
  const std::lock_guard lock(mutex_);
  done_bytes_ = std::min(done_bytes_ + bytes, total_bytes_);
  const int64_t now_ns = clock_.MonotonicNs();
  if (drawn_ && now_ns - drawn_ns_ < kDrawEveryNs) return;
  Draw(now_ns);
}

void ProgressBar::Draw(int64_t now_ns) {
  drawn_ = true;
  drawn_ns_ = now_ns;
  const double part = static_cast<double>(done_bytes_) / static_cast<double>(total_bytes_);
  const auto filled = static_cast<size_t>(part * kWidth);
  const double seconds = static_cast<double>(now_ns - began_ns_) / 1e9;
  std::string left;
  if (part > 0.01 && seconds > 1) left = fmt::format("  {:.0f} s left", seconds * (1 - part) / part);
  fmt::print(terminal_, "\r{} [{}{}] {:.0f} %  {} of {}{}\033[K", what_, std::string(filled, '#'),
             std::string(kWidth - filled, '-'), part * 100, SizeText(done_bytes_), SizeText(total_bytes_), left);
  std::fflush(terminal_);
}

std::string SizeText(uint64_t bytes) {
  if (bytes < 1'000) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes);
  size_t unit = 0;
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  for (; size >= 999.95 && unit + 1 < std::size(kUnits); ++unit) size /= 1'000;
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

}  // namespace firn::cli
