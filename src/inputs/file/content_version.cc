#include "inputs/file/content_version.h"

#include <algorithm>
#include <string>

namespace firn::inputs {
namespace {

constexpr int kTagBits = 30;
constexpr int64_t kTagMask = (int64_t{1} << kTagBits) - 1;
constexpr int64_t kLastSecond = (int64_t{1} << 33) - 2;  // the year 2242

int64_t TagOf(const Digest128& digest) {
  int64_t tag = 0;
  for (int i = 0; i < 4; ++i) tag = (tag << 8) | digest[static_cast<size_t>(i)];
  return tag & kTagMask;
}

}  // namespace

void ContentDigester::Add(std::string_view piece) {
  const Digest128 of_piece = ContentDigest(piece);
  std::string chained(digest_.begin(), digest_.end());
  chained.append(of_piece.begin(), of_piece.end());
  digest_ = ContentDigest(chained);
  size_bytes_ += piece.size();
}

int64_t NextContentPosition(int64_t modified_ms, const Digest128& digest, std::optional<int64_t> last) {
  int64_t second = std::clamp<int64_t>(modified_ms / 1000, 0, kLastSecond);
  if (last) second = std::max(second, (*last >> kTagBits) + 1);
  return (second << kTagBits) | TagOf(digest);
}

bool IsPositionOf(int64_t position, const Digest128& digest) {
  return (position & kTagMask) == TagOf(digest);
}

}  // namespace firn::inputs
