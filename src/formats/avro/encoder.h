#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firn::avro {

/// Appends values in Avro's binary encoding. The caller follows the schema.
class Encoder {
 public:
  void WriteLong(int64_t value);
  void WriteInt(int32_t value) { WriteLong(value); }
  void WriteBoolean(bool value) { bytes_.push_back(value ? '\1' : '\0'); }
  void WriteFloat(float value);
  void WriteDouble(double value);
  /// bytes and string.
  void WriteBytes(std::string_view value);
  void WriteFixed(std::string_view value) { bytes_.append(value); }
  /// Branch of a union; for `["null", T]`: 0 = null, 1 = T.
  void WriteBranch(int64_t branch) { WriteLong(branch); }
  /// Begins the only block of an array or map of `count` items; write the items, then EndBlocks. For no items call
  /// EndBlocks alone.
  void BeginBlock(int64_t count) { WriteLong(count); }
  void EndBlocks() { WriteLong(0); }

  const std::string& bytes() const { return bytes_; }
  void Clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

}  // namespace firn::avro
