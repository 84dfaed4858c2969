#include "starlark/syntax/spelling.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace firn::starlark {
namespace {

/// Comparing takes the product of two lengths.
constexpr size_t kLongestName = 64;

std::string Fold(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (c == '_') continue;
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return folded;
}

/// Levenshtein's distance: how many bytes have to be put in, taken out or replaced.
size_t EditDistance(std::string_view from, std::string_view to) {
  std::vector<size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < from.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < to.size(); ++j) {
      const size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view NearestName(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.size() > kLongestName) return {};
  const std::string folded = Fold(name);
  std::string_view nearest;
  size_t distance = (folded.size() + 1) / 2;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const size_t this_distance = EditDistance(folded, Fold(candidate));
    if (this_distance >= distance) continue;
    distance = this_distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace firn::starlark
