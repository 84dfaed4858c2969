#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "formats/avro/schema.h"

namespace firn::avro {

/// Reads Avro's binary encoding. Every read checks the bounds; after the first failure all reads give zero values and
/// `ok` is false, so that a record is checked once at its end. Borrows the bytes. One thread.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  int64_t ReadLong();
  int32_t ReadInt();
  bool ReadBoolean();
  float ReadFloat();
  double ReadDouble();
  /// bytes and string: a view into the input.
  std::string_view ReadBytes();
  std::string_view ReadFixed(int64_t size);

  /// Calls `item` for each item of an array or map. A count that the remaining bytes cannot hold fails, so that a few
  /// bytes never cause a long loop (items of no bytes are bounded by `kMaximumEmptyItems`).
  void ReadBlocks(const std::function<void()>& item);
  /// Index of a union's branch; fails outside [0, branches).
  size_t ReadBranch(size_t branches);
  /// Passes over one value of type `node`.
  void Skip(const Node& node);

  void Fail() { ok_ = false; }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  size_t remaining() const { return rest_.size(); }

  static constexpr int64_t kMaximumEmptyItems = 1 << 16;

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace firn::avro
