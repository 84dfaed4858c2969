#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace firn::lake {

/// Where the points of a data file may be: some spans of time for each class of series. Files whose coverages do not
/// meet hold no point in common, and nothing of them need be read to know it.
///
/// Series fall into kClasses by their hash, so hosts that write one after another are told apart mostly, and each class
/// has up to kMaxSpans spans, so clients that write at several places of the time line (live rows beside those of
/// last year) do not cover what lies between. At most 8 KiB, a few hundred bytes usually.
class PointCoverage {
 public:
  static constexpr uint32_t kClasses = 64;
  static constexpr size_t kMaxSpans = 8;

  /// Times of a class in ascending order, in ns; gaps that stand out stay gaps. `times` is not empty.
  void Add(uint32_t series_class, const int64_t* times, size_t count);
  /// Whether some time may be covered for the same class of series by both.
  bool Meets(const PointCoverage& other) const;

 private:
  struct Span {
    int64_t first;
    int64_t last;
  };
  using Spans = std::vector<Span>;  ///< ascending, disjoint

  static void Include(Span span, Spans& spans);
  static void CloseSmallestGap(Spans& spans);
  static bool Meet(const Spans& left, const Spans& right);

  std::array<Spans, kClasses> spans_;
};

}  // namespace firn::lake
