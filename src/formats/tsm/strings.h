#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::tsm {

/// Unpacks string blocks; keeps its memory for the next one.
class StringDecoder {
 public:
  /// Appends the values of a block, of which there must be `count`: their bytes to `out`, and where each ends in `out`
  /// to `ends`. Values are bytes, not necessarily UTF-8. kCorrupt, with both as they were, otherwise;
  /// kResourceExhausted when `out` would grow beyond 1 GiB (docs/formats/tsm.md, "Strings").
  Status Decode(std::string_view bytes, size_t count, std::string& out, std::vector<int32_t>& ends);

 private:
  std::string unpacked_;
};

}  // namespace firn::tsm
