#pragma once

#include <algorithm>
#include <list>
#include <string>
#include <utility>

#include "iceberg/spec/table_metadata.h"

namespace firn::iceberg {

/// Parsed metadata of the tables used last, by location; files never change, so an entry is never stale. Not
/// thread-safe.
class MetadataCache {
 public:
  TableMetadataPtr Find(const std::string& location) {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == location; });
    if (found == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found);
    return found->second;
  }
  /// `previous` is what the new entry takes the place of.
  void Put(const std::string& location, TableMetadataPtr metadata, const std::string& previous) {
    entries_.remove_if([&](const auto& entry) { return entry.first == previous || entry.first == location; });
    entries_.emplace_front(location, std::move(metadata));
    if (entries_.size() > kCachedTables) entries_.pop_back();
  }

 private:
  static constexpr size_t kCachedTables = 64;
  std::list<std::pair<std::string, TableMetadataPtr>> entries_;  ///< newest first
};

}  // namespace firn::iceberg
