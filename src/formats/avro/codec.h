#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

/// The block codecs of Avro containers: null, deflate (raw), zstandard, and snappy (read only).

namespace firn::avro {

bool CanCompress(std::string_view codec);

Result<std::string> CompressBlock(std::string_view codec, std::string_view bytes);

/// kCorrupt for damaged bytes, kResourceExhausted beyond `limit` bytes, kUnsupported for other codecs.
Result<std::string> DecompressBlock(std::string_view codec, std::string_view bytes, uint64_t limit);

}  // namespace firn::avro
