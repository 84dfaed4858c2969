#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "point/field_type.h"

namespace firn::point {

/// The values of one (field name, type) over the rows of a batch: a typed array and, where rows lack the field, a
/// validity bitmap (bit i of word i/64, 1 = set). Null rows hold a zero value, so arrays can be handed to Arrow as they
/// are.
class FieldColumn {
 public:
  FieldColumn(std::string name, FieldType type) : name_(std::move(name)), type_(type) {
    if (type == FieldType::kString) offsets_.push_back(0);
  }

  // Whole columns, for parsers that write arrays themselves. `validity` as in validity(): empty when all rows are set,
  // else one bit a row and none beyond the last; null rows must hold zero values.
  static FieldColumn FromFloat64s(std::string name, std::vector<double> values, std::vector<uint64_t> validity);
  static FieldColumn FromInt64s(std::string name, std::vector<int64_t> values, std::vector<uint64_t> validity);
  static FieldColumn FromUint64s(std::string name, std::vector<uint64_t> values, std::vector<uint64_t> validity);
  static FieldColumn FromBooleans(std::string name, std::vector<uint8_t> values, std::vector<uint64_t> validity);
  /// `offsets` has one entry more than there are rows and begins with 0.
  static FieldColumn FromStrings(std::string name, std::vector<int32_t> offsets, std::string bytes,
                                 std::vector<uint64_t> validity);

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  FieldType type() const { return type_; }
  size_t size() const { return size_; }
  size_t null_count() const { return null_count_; }
  bool IsSet(size_t row) const { return validity_.empty() || ((validity_[row >> 6] >> (row & 63)) & 1) != 0; }
  /// Empty when all rows are set.
  std::span<const uint64_t> validity() const { return validity_; }

  // Values by row; the array of another type than type() is empty.
  std::span<const double> float64s() const { return float64s_; }
  std::span<const int64_t> int64s() const { return int64s_; }
  std::span<const uint64_t> uint64s() const { return uint64s_; }
  std::span<const uint8_t> booleans() const { return booleans_; }  ///< 0 or 1
  std::string_view StringAt(size_t row) const {
    return std::string_view(bytes_).substr(static_cast<size_t>(offsets_[row]),
                                           static_cast<size_t>(offsets_[row + 1] - offsets_[row]));
  }
  /// size() + 1 offsets into string_bytes(): below 2 GiB, see Batch.
  std::span<const int32_t> string_offsets() const { return offsets_; }
  std::string_view string_bytes() const { return bytes_; }

  // Appending. Each call adds one row (AppendNulls: count rows).
  void AppendFloat64(double value) { float64s_.push_back(value), AddSet(); }
  void AppendInt64(int64_t value) { int64s_.push_back(value), AddSet(); }
  void AppendUint64(uint64_t value) { uint64s_.push_back(value), AddSet(); }
  void AppendBoolean(bool value) { booleans_.push_back(value ? 1 : 0), AddSet(); }
  void AppendString(std::string_view value) {
    bytes_.append(value);
    offsets_.push_back(static_cast<int32_t>(bytes_.size()));
    AddSet();
  }
  void AppendNulls(size_t count);
  /// Rows [from, to) of a column of the same type.
  void AppendRange(const FieldColumn& other, size_t from, size_t to);
  /// The given rows of a column of the same type, in that order.
  void AppendRows(const FieldColumn& other, std::span<const uint32_t> rows);

  /// Replaces the last row's value (a later field of the same name in one point wins). Requires size() > 0.
  void DropLast();

  void Reserve(size_t rows);
  /// Bytes held by values, offsets and validity.
  size_t byte_size() const;

 private:
  void AddSet() {
    if (!validity_.empty()) SetValidityBit();
    ++size_;
  }
  void Adopt(size_t size, std::vector<uint64_t> validity);
  void SetValidityBit();
  void MakeValidity();
  void AppendZeros(size_t count);

  std::string name_;
  FieldType type_;
  size_t size_ = 0;
  size_t null_count_ = 0;
  std::vector<uint64_t> validity_;
  std::vector<double> float64s_;
  std::vector<int64_t> int64s_;
  std::vector<uint64_t> uint64s_;
  std::vector<uint8_t> booleans_;
  std::vector<int32_t> offsets_;
  std::string bytes_;
};

}  // namespace firn::point
