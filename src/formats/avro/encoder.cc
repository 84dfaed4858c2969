#include "formats/avro/encoder.h"

#include "base/bytes.h"

namespace firn::avro {

void Encoder::WriteLong(int64_t value) {
  uint64_t bits = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  while (bits >= 0x80) {
    bytes_.push_back(static_cast<char>((bits & 0x7f) | 0x80));
    bits >>= 7;
  }
  bytes_.push_back(static_cast<char>(bits));
}

void Encoder::WriteFloat(float value) {
  AppendLittleEndian(bytes_, value);
}

void Encoder::WriteDouble(double value) {
  AppendLittleEndian(bytes_, value);
}

void Encoder::WriteBytes(std::string_view value) {
  WriteLong(static_cast<int64_t>(value.size()));
  bytes_.append(value);
}

}  // namespace firn::avro
