#include "iceberg/updates/table_update.h"

#include <array>

namespace firn::iceberg {

const char* UpdateName(const TableUpdate& update) {
  // In the order of the variant.
  static constexpr std::array<const char*, std::variant_size_v<TableUpdate>> kNames = {
      "assign-uuid",
      "upgrade-format-version",
      "add-schema",
      "set-current-schema",
      "add-spec",
      "set-default-spec",
      "add-sort-order",
      "set-default-sort-order",
      "add-snapshot",
      "set-snapshot-ref",
      "remove-snapshots",
      "remove-snapshot-ref",
      "set-location",
      "set-properties",
      "remove-properties",
      "set-statistics",
      "remove-statistics",
      "set-partition-statistics",
      "remove-partition-statistics",
      "remove-partition-specs",
      "remove-schemas",
  };
  return kNames[update.index()];
}

}  // namespace firn::iceberg
