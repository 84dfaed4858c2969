#include "point/field_column.h"

#include <bit>

namespace firn::point {

FieldColumn FieldColumn::FromFloat64s(std::string name, std::vector<double> values, std::vector<uint64_t> validity) {
  FieldColumn column(std::move(name), FieldType::kFloat64);
  column.float64s_ = std::move(values);
  column.Adopt(column.float64s_.size(), std::move(validity));
  return column;
}

FieldColumn FieldColumn::FromInt64s(std::string name, std::vector<int64_t> values, std::vector<uint64_t> validity) {
  FieldColumn column(std::move(name), FieldType::kInt64);
  column.int64s_ = std::move(values);
  column.Adopt(column.int64s_.size(), std::move(validity));
  return column;
}

FieldColumn FieldColumn::FromUint64s(std::string name, std::vector<uint64_t> values, std::vector<uint64_t> validity) {
  FieldColumn column(std::move(name), FieldType::kUint64);
  column.uint64s_ = std::move(values);
  column.Adopt(column.uint64s_.size(), std::move(validity));
  return column;
}

FieldColumn FieldColumn::FromBooleans(std::string name, std::vector<uint8_t> values, std::vector<uint64_t> validity) {
  FieldColumn column(std::move(name), FieldType::kBoolean);
  column.booleans_ = std::move(values);
  column.Adopt(column.booleans_.size(), std::move(validity));
  return column;
}

FieldColumn FieldColumn::FromStrings(std::string name, std::vector<int32_t> offsets, std::string bytes,
                                     std::vector<uint64_t> validity) {
  FieldColumn column(std::move(name), FieldType::kString);
  column.offsets_ = std::move(offsets);
  column.bytes_ = std::move(bytes);
  column.Adopt(column.offsets_.size() - 1, std::move(validity));
  return column;
}

void FieldColumn::Adopt(size_t size, std::vector<uint64_t> validity) {
  size_ = size;
  validity_ = std::move(validity);
  if (validity_.empty()) return;
  size_t set = 0;
  for (const uint64_t word : validity_) set += static_cast<size_t>(std::popcount(word));
  null_count_ = size_ - set;
  if (null_count_ == 0) validity_.clear();
}

void FieldColumn::SetValidityBit() {
  if ((size_ & 63) == 0) validity_.push_back(0);
  validity_[size_ >> 6] |= uint64_t{1} << (size_ & 63);
}

void FieldColumn::MakeValidity() {
  if (!validity_.empty() || size_ == 0) return;
  validity_.assign((size_ + 63) / 64, ~uint64_t{0});
  if ((size_ & 63) != 0) validity_.back() = (uint64_t{1} << (size_ & 63)) - 1;
}

void FieldColumn::AppendZeros(size_t count) {
  switch (type_) {
    case FieldType::kFloat64:
      float64s_.resize(float64s_.size() + count);
      break;
    case FieldType::kInt64:
      int64s_.resize(int64s_.size() + count);
      break;
    case FieldType::kUint64:
      uint64s_.resize(uint64s_.size() + count);
      break;
    case FieldType::kBoolean:
      booleans_.resize(booleans_.size() + count);
      break;
    case FieldType::kString:
      offsets_.resize(offsets_.size() + count, offsets_.back());
      break;
  }
}

void FieldColumn::AppendNulls(size_t count) {
  if (count == 0) return;
  MakeValidity();
  AppendZeros(count);
  size_ += count;
  null_count_ += count;
  validity_.resize((size_ + 63) / 64, 0);
}

void FieldColumn::AppendRange(const FieldColumn& other, size_t from, size_t to) {
  if (from >= to) return;
  const auto first = static_cast<std::ptrdiff_t>(from);
  const auto last = static_cast<std::ptrdiff_t>(to);
  switch (type_) {
    case FieldType::kFloat64:
      float64s_.insert(float64s_.end(), other.float64s_.begin() + first, other.float64s_.begin() + last);
      break;
    case FieldType::kInt64:
      int64s_.insert(int64s_.end(), other.int64s_.begin() + first, other.int64s_.begin() + last);
      break;
    case FieldType::kUint64:
      uint64s_.insert(uint64s_.end(), other.uint64s_.begin() + first, other.uint64s_.begin() + last);
      break;
    case FieldType::kBoolean:
      booleans_.insert(booleans_.end(), other.booleans_.begin() + first, other.booleans_.begin() + last);
      break;
    case FieldType::kString: {
      const int32_t shift = static_cast<int32_t>(bytes_.size()) - other.offsets_[from];
      bytes_.append(other.bytes_, static_cast<size_t>(other.offsets_[from]),
                    static_cast<size_t>(other.offsets_[to] - other.offsets_[from]));
      for (size_t row = from; row < to; ++row) offsets_.push_back(other.offsets_[row + 1] + shift);
      break;
    }
  }
  if (validity_.empty() && other.validity_.empty()) {
    size_ += to - from;
    return;
  }
  // With no row yet, an empty bitmap cannot say "none missing so far" and "bitmap exists" apart: bits are added one by
  // one.
  MakeValidity();
  for (size_t row = from; row < to; ++row) {
    if ((size_ & 63) == 0) validity_.push_back(0);
    if (other.IsSet(row)) {
      validity_[size_ >> 6] |= uint64_t{1} << (size_ & 63);
    } else {
      ++null_count_;
    }
    ++size_;
  }
  if (null_count_ == 0) validity_.clear();
}

void FieldColumn::AppendRows(const FieldColumn& other, std::span<const uint32_t> rows) {
  Reserve(size_ + rows.size());
  for (const uint32_t row : rows) {
    if (!other.IsSet(row)) {
      AppendNulls(1);
      continue;
    }
    switch (type_) {
      case FieldType::kFloat64:
        AppendFloat64(other.float64s_[row]);
        break;
      case FieldType::kInt64:
        AppendInt64(other.int64s_[row]);
        break;
      case FieldType::kUint64:
        AppendUint64(other.uint64s_[row]);
        break;
      case FieldType::kBoolean:
        AppendBoolean(other.booleans_[row] != 0);
        break;
      case FieldType::kString:
        AppendString(other.StringAt(row));
        break;
    }
  }
}

void FieldColumn::DropLast() {
  const size_t row = size_ - 1;
  if (!IsSet(row)) --null_count_;
  switch (type_) {
    case FieldType::kFloat64:
      float64s_.pop_back();
      break;
    case FieldType::kInt64:
      int64s_.pop_back();
      break;
    case FieldType::kUint64:
      uint64s_.pop_back();
      break;
    case FieldType::kBoolean:
      booleans_.pop_back();
      break;
    case FieldType::kString:
      offsets_.pop_back();
      bytes_.resize(static_cast<size_t>(offsets_.back()));
      break;
  }
  size_ = row;
  if (!validity_.empty()) {
    validity_.resize((size_ + 63) / 64);
    if ((size_ & 63) != 0) validity_.back() &= (uint64_t{1} << (size_ & 63)) - 1;
    if (null_count_ == 0) validity_.clear();
  }
}

void FieldColumn::Reserve(size_t rows) {
  switch (type_) {
    case FieldType::kFloat64:
      float64s_.reserve(rows);
      break;
    case FieldType::kInt64:
      int64s_.reserve(rows);
      break;
    case FieldType::kUint64:
      uint64s_.reserve(rows);
      break;
    case FieldType::kBoolean:
      booleans_.reserve(rows);
      break;
    case FieldType::kString:
      offsets_.reserve(rows + 1);
      break;
  }
}

size_t FieldColumn::byte_size() const {
  return (float64s_.capacity() + int64s_.capacity() + uint64s_.capacity() + validity_.capacity()) * 8 +
         booleans_.capacity() + offsets_.capacity() * 4 + bytes_.capacity();
}

}  // namespace firn::point
