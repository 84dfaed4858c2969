#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "formats/compression/compression.h"

namespace firn::compression {
namespace {

// Output passes through a piece of this size: what a decoder adds to a body is never much more than what came out.
constexpr size_t kPieceBytes = 64 << 10;

Error TooLarge(uint64_t max_output) {
  return ResourceExhausted("unpacks to more than {} bytes", max_output);
}

class ZlibDecoder final : public Decoder {
 public:
  ZlibDecoder(Codec codec, uint64_t max_output) : gzip_(codec == Codec::kGzip), max_output_(max_output) {
    constexpr int kGzipWrapper = 16;
    ready_ = inflateInit2(&stream_, MAX_WBITS + (gzip_ ? kGzipWrapper : 0)) == Z_OK;
  }
  ~ZlibDecoder() override { inflateEnd(&stream_); }
  ZlibDecoder(const ZlibDecoder&) = delete;
  ZlibDecoder& operator=(const ZlibDecoder&) = delete;

  Status Append(std::string_view input, std::string& output) override {
    if (!ready_) return Internal("inflate could not start");
    while (!input.empty()) {
      // zlib counts in 32 bits.
      const size_t piece = std::min<size_t>(input.size(), std::numeric_limits<uInt>::max());
      FIRN_TRY(AppendPiece(input.substr(0, piece), output));
      input.remove_prefix(piece);
    }
    return OkStatus();
  }

  Status Finish() override {
    if (!ready_) return Internal("inflate could not start");
    if (ended_) return OkStatus();
    return InvalidInput("{}", started_ ? "unexpected EOF" : "EOF");
  }

 private:
  Status AppendPiece(std::string_view input, std::string& output) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    bool output_was_full = false;
    while (stream_.avail_in > 0 || output_was_full) {
      if (ended_) FIRN_TRY(BeginNextMember());
      started_ = true;
      stream_.next_out = reinterpret_cast<Bytef*>(piece_.get());
      stream_.avail_out = kPieceBytes;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      const size_t made = kPieceBytes - stream_.avail_out;
      if (made > max_output_ - decoded_) return TooLarge(max_output_);
      output.append(piece_.get(), made);
      decoded_ += made;
      output_was_full = made == kPieceBytes && code == Z_OK;
      if (code == Z_STREAM_END) {
        ended_ = true;
      } else if (code == Z_BUF_ERROR) {
        return OkStatus();  // nothing left to do with this piece
      } else if (code != Z_OK) {
        return Damaged();
      }
    }
    return OkStatus();
  }

  Status BeginNextMember() {
    if (!gzip_) return InvalidInput("bytes behind the end of the zlib stream");
    ended_ = false;
    return inflateReset(&stream_) == Z_OK ? OkStatus() : Status(Internal("inflate could not start again"));
  }

  Error Damaged() const {
    const std::string_view reason = stream_.msg != nullptr ? stream_.msg : "damaged";
    if (!gzip_) return InvalidInput("zlib: {}", reason);
    if (reason == "incorrect header check" || reason == "unknown compression method" ||
        reason == "unknown header flags set" || reason == "header crc mismatch") {
      return InvalidInput("gzip: invalid header");
    }
    if (reason == "incorrect data check" || reason == "incorrect length check")
      return InvalidInput("gzip: invalid checksum");
    return InvalidInput("flate: corrupt input before offset {}", stream_.total_in);
  }

  z_stream stream_{};
  const std::unique_ptr<char[]> piece_ = std::make_unique_for_overwrite<char[]>(kPieceBytes);
  const bool gzip_;
  const uint64_t max_output_;
  uint64_t decoded_ = 0;
  bool ready_ = false;
  bool started_ = false;
  bool ended_ = false;
};

class ZstdDecoder final : public Decoder {
 public:
  explicit ZstdDecoder(uint64_t max_output) : max_output_(max_output), context_(ZSTD_createDCtx()) {
    // A frame may ask for a window of gigabytes; 128 MiB (2^27) is what the zstd program takes without being told.
    constexpr int kMaxWindowLog = 27;
    if (context_ != nullptr) ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kMaxWindowLog);
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  Status Append(std::string_view input, std::string& output) override {
    if (context_ == nullptr) return Internal("zstd could not start");
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    bool output_was_full = false;
    while (in.pos < in.size || output_was_full) {
      ZSTD_outBuffer out{piece_.get(), kPieceBytes, 0};
      const size_t hint = ZSTD_decompressStream(context_, &out, &in);
      if (ZSTD_isError(hint)) return InvalidInput("zstd: {}", ZSTD_getErrorName(hint));
      if (out.pos > max_output_ - decoded_) return TooLarge(max_output_);
      output.append(piece_.get(), out.pos);
      decoded_ += out.pos;
      output_was_full = out.pos == kPieceBytes && hint != 0;
      ended_ = hint == 0;
    }
    return OkStatus();
  }

  Status Finish() override { return ended_ ? OkStatus() : Status(InvalidInput("zstd: unexpected end")); }

 private:
  const uint64_t max_output_;
  const std::unique_ptr<char[]> piece_ = std::make_unique_for_overwrite<char[]>(kPieceBytes);
  ZSTD_DCtx* const context_;
  uint64_t decoded_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Decoder> MakeDecoder(Codec codec, uint64_t max_output) {
  if (codec == Codec::kZstd) return std::make_unique<ZstdDecoder>(max_output);
  return std::make_unique<ZlibDecoder>(codec, max_output);
}

}  // namespace firn::compression
