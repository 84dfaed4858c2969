#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/name_mapping.h"
#include "query/database.h"

namespace firn::query {

/// A column of a Parquet file as its footer describes it, the file format's own list and map levels taken out.
struct ParquetField {
  enum class Kind : uint8_t { kLeaf, kStruct, kList, kMap };

  std::string name;
  std::optional<int32_t> field_id;
  Kind kind = Kind::kLeaf;
  std::string leaf_type;               ///< as DuckDB reads it; "TIMESTAMP" for INT96
  bool is_int96 = false;               ///< Spark's old times: UTC, though DuckDB reads them without a zone
  std::vector<ParquetField> children;  ///< struct: fields; list: element; map: key, value

  /// The type in DuckDB's SQL, names as in the file.
  std::string DuckDbType() const;
  /// Equal for fields that one projection reads: names, ids, types at all levels.
  std::string Signature() const;
};

struct ParquetFooter {
  int64_t row_count = 0;
  bool has_field_ids = false;  ///< any column has one
  std::vector<ParquetField> columns;
};

/// Reads the footers of files by their paths, as DuckDB opens them. Each file must give exactly one footer: kCorrupt or
/// kNotFound, naming the file, where one is missing or damaged.
Result<std::map<std::string, ParquetFooter>> ReadFooters(Database& database, const std::vector<std::string>& paths);

/// Gives the columns of a file without field ids the ids that the mapping has for their names. kUnsupported where two
/// columns of the file stand for one field.
Status ApplyNameMapping(const iceberg::NameMapping& mapping, ParquetFooter& footer);

/// The path with `*`, `?` and `[` escaped, which DuckDB would expand: a file's name is literal.
std::string EscapeGlob(const std::string& path);
/// `['a', 'b']`, escaped so.
std::string FileList(const std::vector<std::string>& paths);

}  // namespace firn::query
