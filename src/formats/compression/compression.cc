#include "formats/compression/compression.h"

namespace firn::compression {

Result<std::string> Decode(Codec codec, std::string_view input, uint64_t max_output) {
  auto decoder = MakeDecoder(codec, max_output);
  std::string output;
  FIRN_TRY(decoder->Append(input, output));
  FIRN_TRY(decoder->Finish());
  return output;
}

std::string Encode(Codec codec, std::string_view input, int level) {
  auto encoder = MakeEncoder(codec, level);
  std::string output;
  encoder->Append(input, output);
  encoder->Finish(output);
  return output;
}

}  // namespace firn::compression
