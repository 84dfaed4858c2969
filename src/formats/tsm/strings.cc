#include "formats/tsm/strings.h"

#include "formats/tsm/byte_reader.h"
#include "formats/tsm/snappy_block.h"

namespace firn::tsm {
namespace {

constexpr size_t kMostBytes = size_t{1} << 30;

}  // namespace

Status StringDecoder::Decode(std::string_view bytes, size_t count, std::string& out, std::vector<int32_t>& ends) {
  unpacked_.clear();
  if (!bytes.empty()) {
    if (static_cast<uint8_t>(bytes[0]) >> 4 != 1)
      return Corrupt("strings: there is no scheme {}", static_cast<uint8_t>(bytes[0]) >> 4);
    // An empty block is its scheme alone.
    if (bytes.size() > 1) FIRN_TRY(AppendSnappy(bytes.substr(1), kMostBytes, unpacked_));
  }
  if (out.size() + unpacked_.size() > kMostBytes) return ResourceExhausted("strings: more than 1 GiB in one column");

  const size_t bytes_before = out.size();
  const size_t values_before = ends.size();
  ByteReader reader(unpacked_);
  while (!reader.empty() && ends.size() - values_before < count) {
    const std::optional<uint64_t> size = reader.Uvarint();
    const std::optional<std::string_view> value = size ? reader.Bytes(*size) : std::nullopt;
    if (!value) break;
    out.append(*value);
    ends.push_back(static_cast<int32_t>(out.size()));
  }
  const size_t found = ends.size() - values_before;
  if (found == count && reader.empty()) return OkStatus();
  out.resize(bytes_before);
  ends.resize(values_before);
  if (found == count) return Corrupt("strings: more values than the {} timestamps", count);
  if (reader.empty()) return Corrupt("strings: {} values for {} timestamps", found, count);
  return Corrupt("strings: value {} leaves the block", found);
}

}  // namespace firn::tsm
