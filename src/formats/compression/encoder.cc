#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "formats/compression/compression.h"

namespace firn::compression {
namespace {

constexpr size_t kPiece = 64 << 10;

class ZlibEncoder final : public Encoder {
 public:
  ZlibEncoder(Codec codec, int level) {
    constexpr int kGzipWrapper = 16;
    constexpr int kMemoryLevel = 8;
    const int window = MAX_WBITS + (codec == Codec::kGzip ? kGzipWrapper : 0);
    deflateInit2(&stream_, level == 0 ? Z_DEFAULT_COMPRESSION : std::clamp(level, 1, 9), Z_DEFLATED, window,
                 kMemoryLevel, Z_DEFAULT_STRATEGY);
  }
  ~ZlibEncoder() override { deflateEnd(&stream_); }
  ZlibEncoder(const ZlibEncoder&) = delete;
  ZlibEncoder& operator=(const ZlibEncoder&) = delete;

  void Append(std::string_view input, std::string& output) override {
    while (!input.empty()) {
      const size_t piece = std::min<size_t>(input.size(), std::numeric_limits<uInt>::max());
      Run(input.substr(0, piece), Z_NO_FLUSH, output);
      input.remove_prefix(piece);
    }
  }
  void Finish(std::string& output) override { Run({}, Z_FINISH, output); }

 private:
  void Run(std::string_view input, int flush, std::string& output) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    do {
      const size_t before = output.size();
      output.resize(before + kPiece);
      stream_.next_out = reinterpret_cast<Bytef*>(output.data() + before);
      stream_.avail_out = kPiece;
      deflate(&stream_, flush);
      output.resize(before + kPiece - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
};

class ZstdEncoder final : public Encoder {
 public:
  explicit ZstdEncoder(int level) : context_(ZSTD_createCCtx()) {
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~ZstdEncoder() override { ZSTD_freeCCtx(context_); }
  ZstdEncoder(const ZstdEncoder&) = delete;
  ZstdEncoder& operator=(const ZstdEncoder&) = delete;

  void Append(std::string_view input, std::string& output) override { Run(input, ZSTD_e_continue, output); }
  void Finish(std::string& output) override { Run({}, ZSTD_e_end, output); }

 private:
  void Run(std::string_view input, ZSTD_EndDirective directive, std::string& output) {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    bool more = true;
    while (more) {
      const size_t before = output.size();
      output.resize(before + kPiece);
      ZSTD_outBuffer out{output.data() + before, kPiece, 0};
      const size_t left = ZSTD_compressStream2(context_, &out, &in, directive);
      output.resize(before + out.pos);
      if (ZSTD_isError(left)) return;  // only parameters out of range fail, and there are none
      more = directive == ZSTD_e_end ? left != 0 : in.pos < in.size;
    }
  }

  ZSTD_CCtx* const context_;
};

}  // namespace

std::unique_ptr<Encoder> MakeEncoder(Codec codec, int level) {
  if (codec == Codec::kZstd) return std::make_unique<ZstdEncoder>(level);
  return std::make_unique<ZlibEncoder>(codec, level);
}

}  // namespace firn::compression
