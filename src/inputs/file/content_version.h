#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/checksum.h"

namespace firn::inputs {

/// Digest of a content that comes in pieces: the same whatever the pieces are, as long as each but the last has
/// kPieceBytes.
class ContentDigester {
 public:
  static constexpr size_t kPieceBytes = 4 << 20;

  void Add(std::string_view piece);
  const Digest128& digest() const { return digest_; }
  uint64_t size_bytes() const { return size_bytes_; }
  friend bool operator==(const ContentDigester&, const ContentDigester&) = default;

 private:
  Digest128 digest_{};
  uint64_t size_bytes_ = 0;
};

// A file is a shard, and each content that it has had is a position, which says by itself which content it was:
// (second of modification) × 2³⁰ + (30 bits of the digest). So the position that the output holds durably is all that
// has to be remembered, and it is remembered exactly when the rows are.

/// The position of a content that follows the one at `last`: higher than `last` also where the clock went back or two
/// contents share a second.
int64_t NextContentPosition(int64_t modified_ms, const Digest128& digest, std::optional<int64_t> last);

/// Whether the position is of this content. False matches: 2⁻³⁰.
bool IsPositionOf(int64_t position, const Digest128& digest);

}  // namespace firn::inputs
