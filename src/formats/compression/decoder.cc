#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "formats/compression/compression.h"

namespace firn::compression {
namespace {

// Output grows by at least this much at a time, and by half of what is there, so that decoding stays linear.
constexpr size_t kMinimumGrowth = 64 << 10;

// Lengthens `output` for the next piece and returns the room made, at most up to one byte beyond the limit: that one byte
// tells a stream that ends at the limit from one that goes on.
size_t Grow(std::string& output, size_t decoded, uint64_t max_output) {
  const uint64_t left = max_output - decoded;
  const size_t wanted = std::max(kMinimumGrowth, output.size() / 2);
  const size_t room = left < wanted ? static_cast<size_t>(left) + 1 : wanted;
  output.resize(output.size() + room);
  return room;
}

Error TooLarge(uint64_t max_output) { return ResourceExhausted("unpacks to more than {} bytes", max_output); }

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
      const size_t before = output.size();
      const size_t room = Grow(output, decoded_, max_output_);
      stream_.next_out = reinterpret_cast<Bytef*>(output.data() + before);
      stream_.avail_out = static_cast<uInt>(room);
      const int code = inflate(&stream_, Z_NO_FLUSH);
      const size_t made = room - stream_.avail_out;
      output.resize(before + made);
      if (made > max_output_ - decoded_) return TooLarge(max_output_);
      decoded_ += made;
      output_was_full = made == room && code == Z_OK;
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
      const size_t before = output.size();
      const size_t room = Grow(output, decoded_, max_output_);
      ZSTD_outBuffer out{output.data() + before, room, 0};
      const size_t hint = ZSTD_decompressStream(context_, &out, &in);
      output.resize(before + out.pos);
      if (ZSTD_isError(hint)) return InvalidInput("zstd: {}", ZSTD_getErrorName(hint));
      if (out.pos > max_output_ - decoded_) return TooLarge(max_output_);
      decoded_ += out.pos;
      output_was_full = out.pos == room && hint != 0;
      ended_ = hint == 0;
    }
    return OkStatus();
  }

  Status Finish() override { return ended_ ? OkStatus() : Status(InvalidInput("zstd: unexpected end")); }

 private:
  const uint64_t max_output_;
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
