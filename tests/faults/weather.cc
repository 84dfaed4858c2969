#include "weather.h"

#include <iterator>

namespace firn::faults {

Weather ChooseWeather(std::mt19937_64& random) {
  Weather weather;
  weather.crashes = Chance(random, 60);
  weather.disk_faults = Chance(random, 30);
  weather.catalog_faults = Chance(random, 45);
  weather.storage_faults = Chance(random, 30);
  weather.foreign_writers = Chance(random, 35);
  weather.foreign_drops = weather.foreign_writers && Chance(random, 30);
  weather.clock_jumps = Chance(random, 20);
  weather.little_memory = Chance(random, 30);
  weather.pulls = Chance(random, 40);
  weather.copies = Chance(random, 35);
  weather.second_output = Chance(random, 35);
  weather.joins_later = weather.second_output && Chance(random, 50);
  weather.steps = 12 + static_cast<int>(random() % (weather.copies ? 44 : 28));
  return weather;
}

testing::CatalogFault ChooseCatalogFault(std::mt19937_64& random, const std::string& call) {
  using Effect = testing::CatalogFault::Effect;
  testing::CatalogFault fault;
  const bool changes = call == "commit" || call == "create";
  static constexpr Effect kOfChanges[] = {Effect::kRefuse, Effect::kLoseAnswer, Effect::kApplyLate,
                                          Effect::kApplyTwice};
  fault.effect = changes ? kOfChanges[random() % std::size(kOfChanges)] : Effect::kRefuse;
  const bool is_open = fault.effect == Effect::kLoseAnswer || fault.effect == Effect::kApplyLate;
  // What says that nothing was done must be true; what leaves the outcome open may come with either.
  static constexpr ErrorKind kOpen[] = {ErrorKind::kCommitStateUnknown, ErrorKind::kTimeout};
  static constexpr ErrorKind kRefused[] = {ErrorKind::kUnavailable, ErrorKind::kUnauthorized, ErrorKind::kConflict,
                                           ErrorKind::kCommitStateUnknown};
  fault.kind = is_open ? kOpen[random() % 2] : kRefused[random() % (changes ? 4 : 2)];
  return fault;
}

testing::StorageFault ChooseStorageFault(std::mt19937_64& random, const std::string& call) {
  using Effect = testing::StorageFault::Effect;
  testing::StorageFault fault;
  const bool may_be_done = call == "close" || call == "delete";
  fault.effect = may_be_done && Chance(random, 50) ? Effect::kLoseAnswer : Effect::kRefuse;
  fault.kind = fault.effect == Effect::kLoseAnswer ? ErrorKind::kTimeout : ErrorKind::kUnavailable;
  return fault;
}

}  // namespace firn::faults
