#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "point/field_column.h"

namespace firn::line_protocol {

/// A value on its way into a column: a number or boolean as bits, a string as a view.
struct Value {
  uint64_t bits = 0;
  std::string_view text;
};

/// Fills one column of the batch in the making.
///
/// The arrays are kept larger than the rows so far (GrowTo, in step for all columns of a batch), so that a value is one
/// store. While every row has had a value, `next_row` is the row that comes next, and the caller may write there
/// directly; once a row was left out, or the name has a second type, it is kNever and everything goes through Put.
class ColumnWriter {
 public:
  static constexpr uint32_t kNever = std::numeric_limits<uint32_t>::max();

  explicit ColumnWriter(point::FieldType type) : type_(type) {}

  point::FieldType type() const { return type_; }
  uint32_t next_row() const { return next_row_; }
  bool active() const { return active_; }

  /// Begins a column of a new batch.
  void Start(size_t rows_room, size_t rows_expected);
  void GrowTo(size_t rows_room);
  void Reserve(size_t rows);

  /// Writes row next_row(), which must be below the room.
  void PutNext(uint32_t row, const Value& value) {
    Store(row, value);
    next_row_ = row + 1;
  }
  /// Writes any row from the last one on; a second value for the last row replaces the first.
  void Put(uint32_t row, const Value& value);
  /// Takes the value of the last row away, if `row` is that.
  void Clear(uint32_t row);
  /// From now on only Put may write.
  void LeaveFastPath();

  /// The column of `rows` rows; the writer is inactive afterwards.
  point::FieldColumn Finish(std::string name, size_t rows);

 private:
  void Store(uint32_t row, const Value& value) {
    switch (type_) {
      case point::FieldType::kString: {
        bytes_.append(value.text);
        offsets_[row + 1] = static_cast<int32_t>(bytes_.size());
        return;
      }
      case point::FieldType::kBoolean:
        booleans_[row] = static_cast<uint8_t>(value.bits);
        return;
      default:
        __builtin_memcpy(slots_ + row, &value.bits, sizeof(uint64_t));
        return;
    }
  }
  void MakeValidity(uint32_t rows);
  void FillGap(uint32_t from, uint32_t to);
  /// Calls `act` with the array of this type, and by how much it is longer than the rows.
  template <typename Act>
  void OnArray(Act act);

  uint32_t next_row_ = kNever;
  point::FieldType type_;
  bool active_ = false;
  uint32_t end_ = 0;                           // rows written or passed over, where next_row_ does not say so
  char (*slots_)[sizeof(uint64_t)] = nullptr;  // of the array of 8-byte values
  std::vector<uint64_t> validity_;
  std::vector<double> float64s_;
  std::vector<int64_t> int64s_;
  std::vector<uint64_t> uint64s_;
  std::vector<uint8_t> booleans_;
  std::vector<int32_t> offsets_;
  std::string bytes_;
};

}  // namespace firn::line_protocol
