#pragma once

#include <random>
#include <string>

#include "fault_catalog.h"
#include "fault_storage.h"

namespace firn::faults {

/// What a seed decides before the first step: which kinds of trouble this run has.
struct Weather {
  bool crashes = false;         ///< kill and power loss, also in the middle of any disk call
  bool disk_faults = false;     ///< single calls that fail; a full disk
  bool catalog_faults = false;  ///< refused, lost, late, doubled
  bool storage_faults = false;
  bool foreign_writers = false;
  bool foreign_drops = false;
  bool clock_jumps = false;
  bool little_memory = false;
  bool pulls = false;   ///< windows of a query come in beside the bodies
  bool copies = false;  ///< state folders are copied, and the copies live beside the originals
  bool second_output = false;
  bool joins_later = false;  ///< the second output is not there from the beginning
  int steps = 0;
};

Weather ChooseWeather(std::mt19937_64& random);

/// True in `percent` of 100 cases.
inline bool Chance(std::mt19937_64& random, uint64_t percent) {
  return random() % 100 < percent;
}

/// A fault for a call of this name, of the kinds that such a call may meet.
testing::CatalogFault ChooseCatalogFault(std::mt19937_64& random, const std::string& call);
testing::StorageFault ChooseStorageFault(std::mt19937_64& random, const std::string& call);

}  // namespace firn::faults
