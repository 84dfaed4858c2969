#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

/// gzip, zlib and zstd as streams of bytes. Pure: no I/O. Every decoder has a bound on what it gives out, so that a
/// small body that unpacks to gigabytes is refused after `max_output` bytes, not after memory ran out.

namespace firn::compression {

enum class Codec { kGzip, kZlib, kZstd };

/// Unpacks a stream piece by piece. One thread.
///
/// gzip takes several members one behind the other (RFC 1952, 2.2), zstd several frames; other bytes behind the end are
/// an error. Error kinds: kInvalidInput = not this format or damaged, kResourceExhausted = more than `max_output`
/// bytes. Messages of gzip are those of Go's package, which clients of Telegraf know: "gzip: invalid header",
/// "unexpected EOF".
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Decodes `input` and puts what came out behind `output`.
  virtual Status Append(std::string_view input, std::string& output) = 0;
  /// Says that the input has ended; fails when the stream has not.
  virtual Status Finish() = 0;
};

std::unique_ptr<Decoder> MakeDecoder(Codec codec, uint64_t max_output);

/// Packs a stream piece by piece. One thread.
class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual void Append(std::string_view input, std::string& output) = 0;
  /// Ends the stream; no call may follow.
  virtual void Finish(std::string& output) = 0;
};

/// `level` as the library counts it: 1–9 for gzip and zlib, 1–19 for zstd; 0 = the library's default.
std::unique_ptr<Encoder> MakeEncoder(Codec codec, int level = 0);

Result<std::string> Decode(Codec codec, std::string_view input, uint64_t max_output);
std::string Encode(Codec codec, std::string_view input, int level = 0);

}  // namespace firn::compression
