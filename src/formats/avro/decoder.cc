#include "formats/avro/decoder.h"

#include <limits>

#include "base/bytes.h"

namespace firn::avro {

int64_t Decoder::ReadLong() {
  uint64_t bits = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (!ok_ || rest_.empty()) break;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    bits |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
  }
  ok_ = false;
  return 0;
}

int32_t Decoder::ReadInt() {
  const int64_t value = ReadLong();
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    ok_ = false;
    return 0;
  }
  return static_cast<int32_t>(value);
}

bool Decoder::ReadBoolean() {
  const std::string_view byte = ReadFixed(1);
  if (byte.empty()) return false;
  if (byte[0] != 0 && byte[0] != 1) ok_ = false;
  return byte[0] == 1;
}

float Decoder::ReadFloat() {
  const std::string_view bytes = ReadFixed(sizeof(float));
  return bytes.empty() ? 0 : LoadLittleEndian<float>(bytes.data());
}

double Decoder::ReadDouble() {
  const std::string_view bytes = ReadFixed(sizeof(double));
  return bytes.empty() ? 0 : LoadLittleEndian<double>(bytes.data());
}

std::string_view Decoder::ReadBytes() {
  return ReadFixed(ReadLong());
}

std::string_view Decoder::ReadFixed(int64_t size) {
  if (!ok_ || size < 0 || static_cast<uint64_t>(size) > rest_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view bytes = rest_.substr(0, static_cast<size_t>(size));
  rest_.remove_prefix(static_cast<size_t>(size));
  return bytes;
}

void Decoder::ReadBlocks(const std::function<void()>& item) {
  int64_t empty_items = 0;
  while (ok_) {
    int64_t count = ReadLong();
    if (count == 0) return;
    if (count < 0) {
      // A negative count is followed by the block's size in bytes, which only helps those who skip.
      if (count == std::numeric_limits<int64_t>::min()) ok_ = false;
      count = -count;
      if (ReadLong() < 0) ok_ = false;
    }
    for (int64_t i = 0; i < count && ok_; ++i) {
      const size_t before = rest_.size();
      item();
      if (rest_.size() == before && ++empty_items > kMaximumEmptyItems) ok_ = false;
    }
  }
}

size_t Decoder::ReadBranch(size_t branches) {
  const int64_t branch = ReadLong();
  if (branch < 0 || static_cast<uint64_t>(branch) >= branches) {
    ok_ = false;
    return 0;
  }
  return static_cast<size_t>(branch);
}

void Decoder::Skip(const Node& node) {
  if (!ok_) return;
  switch (node.kind) {
    case Kind::kNull:
      return;
    case Kind::kBoolean:
      ReadFixed(1);
      return;
    case Kind::kInt:
    case Kind::kLong:
    case Kind::kEnum:
      ReadLong();
      return;
    case Kind::kFloat:
      ReadFixed(sizeof(float));
      return;
    case Kind::kDouble:
      ReadFixed(sizeof(double));
      return;
    case Kind::kBytes:
    case Kind::kString:
      ReadBytes();
      return;
    case Kind::kFixed:
      ReadFixed(node.fixed_size);
      return;
    case Kind::kRecord:
      for (const Field& field : node.fields) Skip(*field.type);
      return;
    case Kind::kArray:
      ReadBlocks([&] { Skip(*node.children[0]); });
      return;
    case Kind::kMap:
      ReadBlocks([&] {
        ReadBytes();
        Skip(*node.children[0]);
      });
      return;
    case Kind::kUnion: {
      const size_t branch = ReadBranch(node.children.size());
      if (ok_) Skip(*node.children[branch]);
      return;
    }
  }
}

}  // namespace firn::avro
