#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/warehouse_access.h"

/// `firn table …`, `firn catalog …`: what is in the catalog. Aligned text for people, one JSON document for programs.
/// Each gives the exit code.

namespace firn::cli {

struct TableOptions {
  WarehouseOptions warehouse;
  std::string table;  ///< namespace.table; of list: a namespace, "" = all
  bool json = false;
};
int RunTableList(const TableOptions& options);
int RunTableShow(const TableOptions& options);
int RunTableHistory(const TableOptions& options);
int RunTableFiles(const TableOptions& options);

struct DropOptions {
  TableOptions table;
  bool purge = false;  ///< delete its files too
  bool yes = false;    ///< asked and answered
};
int RunTableDrop(const DropOptions& options);

struct RegisterOptions {
  TableOptions table;
  std::string metadata;  ///< location of its metadata.json
};
int RunTableRegister(const RegisterOptions& options);

struct RelocateOptions {
  TableOptions table;
  std::string from;  ///< prefix of locations
  std::string to;
};
int RunTableRelocate(const RelocateOptions& options);

struct ExpireCommandOptions {
  TableOptions table;
  std::string older_than;  ///< "7d", "12h", or a time; "" = the table's own setting
  std::optional<int32_t> retain_last;
  bool dry_run = false;
};
int RunTableExpire(const ExpireCommandOptions& options);

struct RebuildOptions {
  WarehouseOptions warehouse;
  std::string folder;
  bool json = false;
};
int RunCatalogRebuild(const RebuildOptions& options);

}  // namespace firn::cli
