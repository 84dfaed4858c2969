#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "point/field_type.h"

/// What a shard says of the types of its fields: `fields.idx` and the log of changes `fields.idxl` beside it. Blocks
/// have types of their own; this decides where blocks of one key disagree (docs/formats/tsm.md, "Field types").
namespace firn::tsm {

class FieldTypes {
 public:
  /// Takes the content of a `fields.idx`. kCorrupt keeps what had been read before.
  Status ApplyIndex(std::string_view file);
  /// Takes the content of a `fields.idxl`, on top of the index. A last record that is not whole is left out.
  Status ApplyChanges(std::string_view file);

  /// None when the shard does not say.
  std::optional<point::FieldType> Find(std::string_view measurement, std::string_view field) const;
  bool empty() const { return types_.empty(); }

 private:
  Status ApplyMeasurement(std::string_view message);
  Status ApplyField(const std::string& measurement, std::string_view message);
  Status ApplyChangeSet(std::string_view message);
  Status ApplyChange(std::string_view message);

  std::map<std::string, std::map<std::string, point::FieldType, std::less<>>, std::less<>> types_;
};

}  // namespace firn::tsm
