#include "config/diagnostics.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace firn::config {
namespace {

// Restricted Damerau-Levenshtein: a swap of neighbours, the commonest slip, counts once.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), current(b.size() + 1);
  std::iota(last.begin(), last.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({change, last[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

}  // namespace

std::string Diagnostics::Entry::ToString() const {
  const std::string where = position.ToString();
  const char* kind = severity == Severity::kError ? "error: " : "warning: ";
  return where.empty() ? kind + message : where + ": " + kind + message;
}

void Diagnostics::AddError(Position position, std::string message) {
  entries_.push_back({Severity::kError, std::move(position), std::move(message)});
  ++error_count_;
}

void Diagnostics::AddWarning(Position position, std::string message) {
  entries_.push_back({Severity::kWarning, std::move(position), std::move(message)});
}

Status Diagnostics::ToStatus() const {
  if (ok()) return OkStatus();
  std::string text;
  for (const Entry& entry : entries_) {
    if (entry.severity != Severity::kError) continue;
    if (!text.empty()) text += '\n';
    text += entry.ToString();
  }
  return Error(ErrorKind::kInvalidConfig, std::move(text));
}

std::string_view NearestWord(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr size_t kLongestWord = 64;  // beyond it nobody meant an option
  if (word.size() > kLongestWord) return "";
  std::string_view nearest;
  size_t nearest_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < nearest_distance) {
      nearest = candidate;
      nearest_distance = distance;
    }
  }
  return nearest;
}

}  // namespace firn::config
