#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace firn::starlark {

/// Memory that is given out piece by piece and freed all at once, without running destructors: a tree of any shape is
/// freed in a loop over blocks. Only trivially destructible types live here. Not thread-safe.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  template <typename T, typename... Args>
  T* New(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (Allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  /// A copy of `items` that lives as long as the arena.
  template <typename T>
  std::span<T> Copy(const std::vector<T>& items) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (items.empty()) return {};
    auto* copy = static_cast<T*>(Allocate(items.size() * sizeof(T), alignof(T)));
    std::memcpy(static_cast<void*>(copy), items.data(), items.size() * sizeof(T));
    return {copy, items.size()};
  }

  std::string_view Copy(std::string_view text) {
    if (text.empty()) return {};
    auto* copy = static_cast<char*>(Allocate(text.size(), 1));
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

 private:
  static constexpr size_t kBlockBytes = 16 << 10;

  void* Allocate(size_t size, size_t alignment) {
    size_t offset = (used_ + alignment - 1) & ~(alignment - 1);
    if (offset + size > capacity_) {
      capacity_ = size > kBlockBytes ? size : kBlockBytes;
      blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(capacity_));
      offset = 0;
    }
    used_ = offset + size;
    return blocks_.back().get() + offset;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  size_t used_ = 0;      ///< bytes given out of the last block
  size_t capacity_ = 0;  ///< bytes of the last block
};

}  // namespace firn::starlark
