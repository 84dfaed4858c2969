#include "lake/series_codes.h"

#include <algorithm>

namespace firn::lake {
namespace {

// An array from one series in 8 on, a list again below one in 16: between the two nothing is turned over and over.
constexpr size_t kArrayFrom = 8;
constexpr size_t kListFrom = 16;

}  // namespace

void SeriesCodes::Append(uint32_t series, uint32_t code) {
  ++count_;
  const size_t span = size_t{series} + 1;
  if (is_array_ && span > kListFrom * count_) BecomeList();
  if (!is_array_ && span <= kArrayFrom * count_) BecomeArray();
  if (is_array_) {
    array_.resize(span, 0);
    array_.back() = code;
  } else {
    list_.emplace_back(series, code);
  }
}

uint32_t SeriesCodes::Search(uint32_t series) const {
  const auto found = std::lower_bound(list_.begin(), list_.end(), std::pair(series, uint32_t{0}));
  return found != list_.end() && found->first == series ? found->second : 0;
}

void SeriesCodes::BecomeArray() {
  if (!list_.empty()) array_.resize(size_t{list_.back().first} + 1, 0);
  for (const auto& [series, code] : list_) array_[series] = code;
  list_ = {};
  is_array_ = true;
}

void SeriesCodes::BecomeList() {
  for (size_t series = 0; series < array_.size(); ++series) {
    if (array_[series] != 0) list_.emplace_back(static_cast<uint32_t>(series), array_[series]);
  }
  array_ = {};
  is_array_ = false;
}

}  // namespace firn::lake
