#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace firn {

/// Source of randomness (ids, jitter), handed in so that a seed replays a run. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;

  /// A random version 4 UUID in its usual text form, 36 lower-case characters.
  std::string Uuid();
  /// Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound) { return Next() % bound; }
};

/// Seeded from the operating system.
std::unique_ptr<Random> MakeSystemRandom();
/// The same sequence for the same seed.
std::unique_ptr<Random> MakeSeededRandom(uint64_t seed);

}  // namespace firn
