#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace firn::lake {

/// The code of each series under one tag key; 0 = the series lacks the tag.
///
/// An array where a fair part of the series has the key, else a sorted list: a body in which every line brings a tag
/// key of its own costs what its lines cost, and not their square.
class SeriesCodes {
 public:
  /// `series` is above all that have a code, `code` is not 0.
  void Append(uint32_t series, uint32_t code);
  uint32_t Of(uint32_t series) const {
    if (!is_array_) return Search(series);
    return series < array_.size() ? array_[series] : 0;
  }
  /// Calls `visit(series, code)` for those that have a code, in ascending order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& [series, code] : list_) visit(series, code);
    for (size_t series = 0; series < array_.size(); ++series) {
      if (array_[series] != 0) visit(static_cast<uint32_t>(series), array_[series]);
    }
  }

 private:
  uint32_t Search(uint32_t series) const;
  void BecomeArray();
  void BecomeList();

  bool is_array_ = false;
  std::vector<std::pair<uint32_t, uint32_t>> list_;  // one of the two is empty
  std::vector<uint32_t> array_;                      // by series; those behind its end have no code
  size_t count_ = 0;
};

}  // namespace firn::lake
