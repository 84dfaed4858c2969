#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "point/batch.h"

namespace firn::point {

/// A field's value on its own. Strings are views into the batch.
using FieldValue = std::variant<double, int64_t, uint64_t, bool, std::string_view>;

FieldType TypeOf(const FieldValue& value);

struct Field {
  std::string_view name;
  FieldValue value;
};

/// One row of a batch, for code that must think in rows. Valid as long as the batch is neither changed nor moved.
class RowRef {
 public:
  RowRef(const Batch& batch, size_t row) : batch_(&batch), row_(row) {}

  std::string_view measurement() const { return batch_->measurement; }
  int64_t time() const { return batch_->times[row_]; }
  /// Sorted by key.
  std::vector<Tag> tags() const { return batch_->series_view.TagsOf(batch_->series[row_]); }
  /// Those that are set, in column order.
  std::vector<Field> fields() const;

 private:
  const Batch* batch_;
  size_t row_;
};

/// The value of a set cell.
FieldValue ValueAt(const FieldColumn& column, size_t row);

/// A text form for tests and debugging, one line a row: `cpu{host=a} usage=1.5f n=3i ok=true s="x"
/// @1600000000000000000`. Unambiguous for ordinary names; not a format to parse.
std::string ToText(const Batch& batch);

}  // namespace firn::point
