#include "formats/avro/codec.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "base/bytes.h"

namespace firn::avro {
namespace {

constexpr int kZstdLevel = 3;
constexpr size_t kChunkBytes = 64 * 1024;
constexpr int kRawDeflate = -MAX_WBITS;
/// Python writers leave up to four bytes of zlib's checksum behind the raw stream.
constexpr uInt kDeflateTrailerBytes = 4;

Error TooLarge(uint64_t limit) {
  return ResourceExhausted("Avro block is larger than {} bytes when decompressed", limit);
}

Result<std::string> Deflate(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Internal("cannot start deflate");
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (code != Z_STREAM_END) return Internal("deflate failed");
  return out;
}

Result<std::string> Inflate(std::string_view bytes, uint64_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, kRawDeflate) != Z_OK) return Internal("cannot start inflate");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int code = Z_OK;
  while (code == Z_OK && out.size() <= limit) {
    const size_t before = out.size();
    out.resize(before + kChunkBytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = kChunkBytes;
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (code == Z_OK && stream.avail_in == 0 && stream.avail_out != 0) code = Z_BUF_ERROR;
  }
  const bool left_over = stream.avail_in > kDeflateTrailerBytes;
  inflateEnd(&stream);
  if (out.size() > limit) return TooLarge(limit);
  if (code != Z_STREAM_END || left_over) return Corrupt("Avro block is no whole deflate stream");
  return out;
}

Result<std::string> CompressZstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kZstdLevel);
  if (ZSTD_isError(size) != 0) return Internal("zstd failed: {}", ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

Result<std::string> DecompressZstd(std::string_view bytes, uint64_t limit) {
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(), &ZSTD_freeDStream);
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  std::string out;
  size_t hint = 1;
  while (hint != 0 || input.pos < input.size) {
    const size_t before = out.size();
    out.resize(before + kChunkBytes);
    ZSTD_outBuffer output{out.data() + before, kChunkBytes, 0};
    hint = ZSTD_decompressStream(stream.get(), &output, &input);
    out.resize(before + output.pos);
    if (ZSTD_isError(hint) != 0) return Corrupt("Avro block is no zstd frame: {}", ZSTD_getErrorName(hint));
    if (out.size() > limit) return TooLarge(limit);
    if (hint != 0 && input.pos == input.size && output.pos < output.size)
      return Corrupt("Avro block is a cut zstd frame");
  }
  return out;
}

/// Snappy's raw format: a varint length, then literals and copies; Avro puts a big-endian CRC-32 of the plain bytes
/// behind it.
class SnappyDecoder {
 public:
  SnappyDecoder(std::string_view bytes, uint64_t limit) : rest_(bytes), limit_(limit) {}

  Result<std::string> Decode() {
    uint64_t length = 0;
    if (!ReadLength(&length)) return Corrupt("Avro block is no snappy stream");
    if (length > limit_) return TooLarge(limit_);
    // Nothing is reserved by the stated length: 64 KiB a three-byte copy is the most that the input can justify.
    while (!rest_.empty() && out_.size() <= length) {
      if (!ReadElement(length)) return Corrupt("Avro block is a damaged snappy stream");
    }
    if (out_.size() != length) return Corrupt("Avro block is a cut snappy stream");
    return std::move(out_);
  }

 private:
  bool ReadLength(uint64_t* length) {
    for (int shift = 0; shift < 35 && !rest_.empty(); shift += 7) {
      const uint8_t byte = Take();
      *length |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return true;
    }
    return false;
  }

  bool ReadElement(uint64_t length) {
    const uint8_t tag = Take();
    if ((tag & 3) == 0) {
      uint64_t size = tag >> 2;
      if (size >= 60 && !ReadInteger(static_cast<size_t>(size - 59), &size)) return false;
      ++size;
      if (size > rest_.size() || out_.size() + size > length) return false;
      out_.append(rest_.substr(0, size));
      rest_.remove_prefix(size);
      return true;
    }
    uint64_t size = (tag >> 2) + 1u;
    uint64_t offset = 0;
    if ((tag & 3) == 1) {
      size = ((tag >> 2) & 7) + 4u;
      if (!ReadInteger(1, &offset)) return false;
      offset |= static_cast<uint64_t>(tag >> 5) << 8;
    } else if (!ReadInteger((tag & 3) == 2 ? 2 : 4, &offset)) {
      return false;
    }
    if (offset == 0 || offset > out_.size() || out_.size() + size > length) return false;
    for (size_t from = out_.size() - offset; size > 0; --size, ++from) out_.push_back(out_[from]);
    return true;
  }

  bool ReadInteger(size_t bytes, uint64_t* value) {
    if (rest_.size() < bytes) return false;
    *value = 0;
    for (size_t i = 0; i < bytes; ++i) *value |= static_cast<uint64_t>(Take()) << (8 * i);
    return true;
  }

  uint8_t Take() {
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  std::string_view rest_;
  uint64_t limit_;
  std::string out_;
};

Result<std::string> DecompressSnappy(std::string_view bytes, uint64_t limit) {
  constexpr size_t kChecksumBytes = 4;
  if (bytes.size() < kChecksumBytes) return Corrupt("Avro snappy block without checksum");
  const std::string_view trailer = bytes.substr(bytes.size() - kChecksumBytes);
  FIRN_ASSIGN(std::string plain, SnappyDecoder(bytes.substr(0, bytes.size() - kChecksumBytes), limit).Decode());
  const auto expected = __builtin_bswap32(LoadLittleEndian<uint32_t>(trailer.data()));
  const uLong actual = crc32_z(0, reinterpret_cast<const Bytef*>(plain.data()), plain.size());
  if (actual != expected) return Corrupt("Avro snappy block with a wrong checksum");
  return plain;
}

}  // namespace

bool CanCompress(std::string_view codec) {
  return codec == "null" || codec == "deflate" || codec == "zstandard";
}

Result<std::string> CompressBlock(std::string_view codec, std::string_view bytes) {
  if (codec == "null") return std::string(bytes);
  if (codec == "deflate") return Deflate(bytes);
  if (codec == "zstandard") return CompressZstd(bytes);
  return Unsupported("Avro codec that Firn does not write: {}", codec);
}

Result<std::string> DecompressBlock(std::string_view codec, std::string_view bytes, uint64_t limit) {
  if (codec == "null" || codec.empty()) {
    if (bytes.size() > limit) return TooLarge(limit);
    return std::string(bytes);
  }
  if (codec == "deflate") return Inflate(bytes, limit);
  if (codec == "zstandard") return DecompressZstd(bytes, limit);
  if (codec == "snappy") return DecompressSnappy(bytes, limit);
  return Unsupported("Avro codec that Firn does not read: {}", codec);
}

}  // namespace firn::avro
