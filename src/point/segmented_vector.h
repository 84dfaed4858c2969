#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace firn::point {

/// A vector whose elements never move: segments double in size, so growing copies nothing.
///
/// One writer may append while readers on other threads read elements that were appended before the writer handed the
/// reader its count (through a queue, a mutex …). `size()` belongs to the writer; readers use the count they were
/// given.
template <typename T>
class SegmentedVector {
 public:
  SegmentedVector() = default;
  SegmentedVector(const SegmentedVector&) = delete;
  SegmentedVector& operator=(const SegmentedVector&) = delete;

  size_t size() const { return size_; }

  T& push_back(T value) {
    const auto [segment, offset] = Locate(size_);
    if (!segments_[segment]) segments_[segment] = std::make_unique<T[]>(kFirst << segment);
    T& slot = segments_[segment][offset];
    slot = std::move(value);
    ++size_;
    return slot;
  }

  const T& operator[](size_t index) const {
    const auto [segment, offset] = Locate(index);
    return segments_[segment][offset];
  }
  T& operator[](size_t index) {
    const auto [segment, offset] = Locate(index);
    return segments_[segment][offset];
  }

 private:
  static constexpr size_t kFirst = 16;
  // Segment k holds kFirst * 2^k elements and starts at kFirst * (2^k - 1).
  static std::pair<size_t, size_t> Locate(size_t index) {
    const size_t shifted = index + kFirst;
    const size_t segment = static_cast<size_t>(std::bit_width(shifted)) - std::bit_width(kFirst);
    return {segment, shifted - (kFirst << segment)};
  }

  std::array<std::unique_ptr<T[]>, 32> segments_;
  size_t size_ = 0;
};

}  // namespace firn::point
