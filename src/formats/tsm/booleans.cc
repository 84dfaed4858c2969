#include "formats/tsm/booleans.h"

#include "formats/tsm/byte_reader.h"

namespace firn::tsm {

Status DecodeBooleans(std::string_view bytes, std::span<uint8_t> out) {
  if (bytes.empty())
    return out.empty() ? OkStatus() : Status(Corrupt("booleans: no values for {} timestamps", out.size()));
  if (static_cast<uint8_t>(bytes[0]) >> 4 != 1)
    return Corrupt("booleans: there is no scheme {}", static_cast<uint8_t>(bytes[0]) >> 4);
  ByteReader reader(bytes.substr(1));
  const std::optional<uint64_t> count = reader.Uvarint();
  if (!count) return Corrupt("booleans: the count is not whole");
  if (*count != out.size()) return Corrupt("booleans: {} values for {} timestamps", *count, out.size());
  const std::string_view bits = reader.rest();
  if (bits.size() < (out.size() + 7) / 8) return Corrupt("booleans: {} bytes are too few for {}", bits.size(), *count);
  for (size_t i = 0; i < out.size(); ++i) out[i] = (static_cast<uint8_t>(bits[i / 8]) >> (7 - i % 8)) & 1;
  return OkStatus();
}

}  // namespace firn::tsm
