#include "formats/tsm/simple8b.h"

#include <array>

namespace firn::tsm {

std::optional<uint64_t> CountSimple8b(std::string_view words) {
  constexpr std::array<uint8_t, 16> kNumbersInWord = {240, 120, 60, 30, 20, 15, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1};
  if (words.size() % 8 != 0) return std::nullopt;
  uint64_t count = 0;
  for (size_t at = 0; at < words.size(); at += 8) count += kNumbersInWord[static_cast<uint8_t>(words[at]) >> 4];
  return count;
}

}  // namespace firn::tsm
