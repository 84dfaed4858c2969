#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "config/schema.h"
#include "iceberg/catalog/catalog.h"
#include "lake/lake_options.h"
#include "storage/storage.h"

namespace firn::outputs::iceberg {

/// `[[outputs.iceberg.table]]`: what differs for the tables that `tables` names.
struct TableSection {
  std::string tables;
  std::optional<std::vector<std::string>> partition_by;
  std::optional<uint64_t> target_file_size;
  std::optional<std::string> compression;
  std::optional<int> compression_level;
  std::optional<std::string> encoding;
  std::optional<std::string> on_type_conflict;
  std::optional<std::string> deduplicate;
  std::optional<std::vector<std::string>> deduplicate_key;
  std::optional<uint32_t> max_columns;
  config::StringMap properties;
};

/// `[[outputs.iceberg]]` as the user writes it.
struct Options {
  std::string catalog = "sqlite";
  std::string uri;
  std::string catalog_name = "firn";
  std::string warehouse;
  std::string name_space = "metrics";
  std::string table = "{{.Name}}";

  std::string s3_endpoint;
  std::string s3_region;
  config::Secret s3_access_key;
  config::Secret s3_secret_key;
  config::Secret s3_session_token;
  bool s3_path_style = false;
  config::StringMap path_map;

  std::vector<std::string> partition_by = {"day(time)"};
  std::string time_column = "time";
  std::string time_precision = "us";
  int64_t format_version = 2;
  std::string compression = "zstd";
  std::optional<int> compression_level;
  std::string encoding = "compatible";
  std::string on_type_conflict = "suffix";
  std::string deduplicate = "flush";
  std::vector<std::string> deduplicate_key;
  uint64_t target_file_size = 128 << 20;
  uint64_t flush_rows = 0;
  uint64_t flush_size = 0;
  uint32_t max_tables = 1'000;
  uint32_t max_columns = 1'000;
  std::vector<std::string> time_range;
  config::StringMap properties;
  std::vector<TableSection> tables;
};

config::Schema<Options> OptionsSchema();

/// What the lake makes of them. kInvalidConfig naming the option.
Result<lake::LakeOptions> ToLakeOptions(const Options& options);

/// The files behind a warehouse and its catalog.
struct Warehouse {
  std::shared_ptr<storage::Storage> storage;
  std::shared_ptr<firn::iceberg::Catalog> catalog;
  std::string location;      ///< as it goes into metadata
  std::string catalog_file;  ///< of a SQLite catalog
};

enum class Access { kReadWrite, kReadOnly };

/// Opens storage and catalog as the options say; read-write creates what is missing. `clock` and `random` must outlive
/// them.
Result<Warehouse> OpenWarehouse(const Options& options, Access access, const Clock& clock, Random& random);

}  // namespace firn::outputs::iceberg
