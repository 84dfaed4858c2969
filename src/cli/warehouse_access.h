#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "outputs/iceberg/options.h"

namespace firn::cli {

/// Where the tables are, as options of a command say it: by the configuration that writes them, or by hand.
struct WarehouseOptions {
  std::vector<std::string> configs;   ///< -c; its [[outputs.iceberg]] is taken
  std::string warehouse;              ///< --warehouse: folder or URI
  std::string catalog_uri;            ///< --catalog-uri
  std::string catalog_name;           ///< --catalog-name
  std::vector<std::string> path_map;  ///< --path-map PREFIX=PATH

  bool names_a_warehouse() const { return !configs.empty() || !warehouse.empty() || !catalog_uri.empty(); }
};

/// The [[outputs.iceberg]] that the options mean. kInvalidConfig, saying what to give, where they mean none or several.
Result<outputs::iceberg::Options> ToOutputOptions(const WarehouseOptions& options);

/// Storage and catalog, opened. Clock and random of the machine live in it.
struct OpenedWarehouse {
  std::unique_ptr<SystemClock> clock;
  std::unique_ptr<Random> random;
  outputs::iceberg::Options options;
  outputs::iceberg::Warehouse warehouse;
};
Result<OpenedWarehouse> Open(const WarehouseOptions& options, outputs::iceberg::Access access);

}  // namespace firn::cli
