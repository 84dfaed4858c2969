#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace firn::line_protocol {

/// A name that is written again and again: copied in blocks of a fixed size, which costs no call, past its end.
class PaddedName {
 public:
  static constexpr size_t kBlock = 16;

  explicit PaddedName(std::string name) : bytes_(std::move(name)), size_(bytes_.size()) {
    bytes_.resize((size_ + kBlock - 1) / kBlock * kBlock);
  }
  const char* data() const { return bytes_.data(); }
  size_t size() const { return size_; }

 private:
  std::string bytes_;
  size_t size_;
};

/// A line in the making. A line has some thirty short parts: appending each to a std::string, whose appends are calls
/// that keep it ended by a NUL, took longer than making them.
class LineText {
 public:
  size_t size() const { return size_; }
  std::string_view view() const { return {bytes_.get(), size_}; }
  void Truncate(size_t size) { size_ = size; }

  /// The end, behind which there is room for `most` bytes; what is written there counts after EndAt.
  char* Room(size_t most) {
    if (room_ - size_ < most) Grow(most);
    return bytes_.get() + size_;
  }
  void EndAt(const char* end) { size_ = static_cast<size_t>(end - bytes_.get()); }

  void Add(char c) {
    *Room(1) = c;
    ++size_;
  }
  void Add(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(Room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void Add(const PaddedName& name) {
    char* const end = Room(name.size() + PaddedName::kBlock);
    for (size_t at = 0; at < name.size(); at += PaddedName::kBlock)
      std::memcpy(end + at, name.data() + at, PaddedName::kBlock);
    size_ += name.size();
  }

 private:
  void Grow(size_t most) {
    const size_t room = std::max(size_ + most, 2 * room_);
    std::unique_ptr<char[]> bytes(new char[room]);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    room_ = room;
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t room_ = 0;
};

}  // namespace firn::line_protocol
