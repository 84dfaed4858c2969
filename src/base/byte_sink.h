#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace firn {

/// Takes bytes in order. What stands behind it (a file, an object, a string) decides when they are durable.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Status Append(std::string_view bytes) = 0;
};

/// Collects the bytes in memory.
class StringSink final : public ByteSink {
 public:
  Status Append(std::string_view bytes) override {
    bytes_.append(bytes);
    return OkStatus();
  }
  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace firn
