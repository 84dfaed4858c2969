#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/byte_sink.h"

namespace firn::cli {

/// Writes to a C stream that somebody else opened and closes.
class FileSink final : public ByteSink {
 public:
  explicit FileSink(std::FILE* file) : file_(file) {}
  Status Append(std::string_view bytes) override {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
      return Unavailable("cannot write: {}", std::strerror(errno));
    return OkStatus();
  }

 private:
  std::FILE* file_;
};

}  // namespace firn::cli
