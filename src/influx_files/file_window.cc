#include "influx_files/file_window.h"

#include <algorithm>

namespace firn::influx_files {

Result<std::string_view> FileWindow::View(uint64_t offset, size_t size, uint64_t end) {
  if (offset > file_bytes_ || size > file_bytes_ - offset)
    return Corrupt("{} bytes at {} are beyond the file's {}", size, offset, file_bytes_);
  const bool inside = offset >= offset_ && offset + size <= offset_ + bytes_.size();
  if (!inside) {
    const uint64_t most = std::max<uint64_t>(std::min(end, file_bytes_), offset + size) - offset;
    bytes_.clear();
    FIRN_ASSIGN(bytes_, file_->ReadAt(offset, std::min<uint64_t>(most, std::max(size, window_bytes_))));
    offset_ = offset;
    if (bytes_.size() < size) return Corrupt("the file has become shorter: no {} bytes at {}", size, offset);
  }
  return std::string_view(bytes_).substr(offset - offset_, size);
}

}  // namespace firn::influx_files
