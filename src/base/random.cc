#include "base/random.h"

#include <fmt/format.h>

#include <mutex>
#include <random>

namespace firn {
namespace {

class EngineRandom final : public Random {
 public:
  explicit EngineRandom(std::seed_seq& seed) : engine_(seed) {}
  uint64_t Next() override {
    const std::lock_guard lock(mutex_);
    return engine_();
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace

std::string Random::Uuid() {
  const uint64_t high = (Next() & ~0xf000ULL) | 0x4000ULL;
  const uint64_t low = (Next() & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffff, high & 0xffff, low >> 48,
                     low & 0xffffffffffffULL);
}

std::unique_ptr<Random> MakeSystemRandom() {
  std::random_device device;
  std::seed_seq seed{device(), device(), device(), device(), device(), device(), device(), device()};
  return std::make_unique<EngineRandom>(seed);
}

std::unique_ptr<Random> MakeSeededRandom(uint64_t seed) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  return std::make_unique<EngineRandom>(sequence);
}

}  // namespace firn
