// Tar archives: any bytes, in pieces of any size, give files or an error; no file gets more bytes than its size.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/tar/tar_reader.h"

namespace {

class Counter final : public firn::tar::TarReader::Visitor {
 public:
  firn::Status BeginFile(std::string_view, uint64_t size_bytes) override {
    left_ = size_bytes;
    return firn::OkStatus();
  }
  firn::Status Content(std::string_view bytes) override {
    if (bytes.size() > left_) std::abort();
    left_ -= bytes.size();
    return firn::OkStatus();
  }
  firn::Status EndFile() override {
    if (left_ != 0) std::abort();
    return firn::OkStatus();
  }

 private:
  uint64_t left_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece = data[0] * size_t{3} + 1;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Counter counter;
  firn::tar::TarReader reader(counter);
  while (!bytes.empty()) {
    if (!reader.Append(bytes.substr(0, piece)).ok()) return 0;
    bytes.remove_prefix(piece < bytes.size() ? piece : bytes.size());
  }
  (void)reader.Finish();
  return 0;
}
