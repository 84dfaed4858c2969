#include "lake/point_coverage.h"

#include <algorithm>

namespace firn::lake {
namespace {

/// A gap of this part of a run's length stands out; a run has fewer of them than a class has spans.
constexpr uint64_t kGapPart = PointCoverage::kMaxSpans;

uint64_t Distance(int64_t from, int64_t to) {
  return static_cast<uint64_t>(to) - static_cast<uint64_t>(from);  // two times may be further apart than int64_t goes
}

}  // namespace

void PointCoverage::Add(uint32_t series_class, const int64_t* times, size_t count) {
  Spans& spans = spans_[series_class];
  const uint64_t gap = Distance(times[0], times[count - 1]) / kGapPart;
  size_t begin = 0;
  for (size_t i = 1; i < count; ++i) {
    if (Distance(times[i - 1], times[i]) <= gap) continue;
    Include({times[begin], times[i - 1]}, spans);
    begin = i;
  }
  Include({times[begin], times[count - 1]}, spans);
}

void PointCoverage::Include(Span span, Spans& spans) {
  auto first = std::lower_bound(spans.begin(), spans.end(), span.first,
                                [](const Span& known, int64_t time) { return known.last < time; });
  auto last = first;
  for (; last != spans.end() && last->first <= span.last; ++last) {
    span.first = std::min(span.first, last->first);
    span.last = std::max(span.last, last->last);
  }
  if (first != last) {
    *first = span;
    spans.erase(first + 1, last);
    return;
  }
  spans.insert(first, span);
  if (spans.size() > kMaxSpans) CloseSmallestGap(spans);
}

void PointCoverage::CloseSmallestGap(Spans& spans) {
  size_t smallest = 1;
  for (size_t i = 2; i < spans.size(); ++i) {
    if (Distance(spans[i - 1].last, spans[i].first) < Distance(spans[smallest - 1].last, spans[smallest].first))
      smallest = i;
  }
  spans[smallest - 1].last = spans[smallest].last;
  spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(smallest));
}

bool PointCoverage::Meet(const Spans& left, const Spans& right) {
  auto a = left.begin();
  auto b = right.begin();
  while (a != left.end() && b != right.end()) {
    if (a->last < b->first) {
      ++a;
    } else if (b->last < a->first) {
      ++b;
    } else {
      return true;
    }
  }
  return false;
}

bool PointCoverage::Meets(const PointCoverage& other) const {
  for (uint32_t i = 0; i < kClasses; ++i) {
    if (Meet(spans_[i], other.spans_[i])) return true;
  }
  return false;
}

}  // namespace firn::lake
