#include "formats/line_protocol/column_writer.h"

#include <utility>

namespace firn::line_protocol {

using point::FieldType;

template <typename Act>
void ColumnWriter::OnArray(Act act) {
  switch (type_) {
    case FieldType::kFloat64:
      return act(float64s_, 0);
    case FieldType::kInt64:
      return act(int64s_, 0);
    case FieldType::kUint64:
      return act(uint64s_, 0);
    case FieldType::kBoolean:
      return act(booleans_, 0);
    case FieldType::kString:
      return act(offsets_, 1);
  }
}

void ColumnWriter::GrowTo(size_t rows_room) {
  OnArray([&](auto& array, size_t more) {
    array.resize(rows_room + more);
    if constexpr (sizeof(array[0]) == sizeof(*slots_))
      slots_ = reinterpret_cast<char(*)[sizeof(uint64_t)]>(array.data());
  });
}

void ColumnWriter::Reserve(size_t rows) {
  OnArray([&](auto& array, size_t more) { array.reserve(rows + more); });
}

void ColumnWriter::Start(size_t rows_room, size_t rows_expected) {
  active_ = true;
  next_row_ = 0;
  end_ = 0;
  if (rows_expected > rows_room) Reserve(rows_expected);
  GrowTo(rows_room);
}

void ColumnWriter::LeaveFastPath() {
  if (next_row_ == kNever) return;
  end_ = next_row_;
  next_row_ = kNever;
}

void ColumnWriter::MakeValidity(uint32_t rows) {
  if (!validity_.empty() || rows == 0) return;
  validity_.assign((rows + 63) / 64, ~uint64_t{0});
  if ((rows & 63) != 0) validity_.back() = (uint64_t{1} << (rows & 63)) - 1;
}

void ColumnWriter::FillGap(uint32_t from, uint32_t to) {
  if (type_ != FieldType::kString) return;  // the other arrays were made of zeros
  for (uint32_t row = from; row < to; ++row) offsets_[row + 1] = static_cast<int32_t>(bytes_.size());
}

void ColumnWriter::Put(uint32_t row, const Value& value) {
  LeaveFastPath();
  if (end_ == row + 1) {
    Clear(row);
  } else if (end_ < row) {
    MakeValidity(end_);
    FillGap(end_, row);
    validity_.resize(row / 64 + 1);
  }
  if (!validity_.empty()) {
    validity_.resize(row / 64 + 1);
    validity_[row >> 6] |= uint64_t{1} << (row & 63);
  }
  Store(row, value);
  end_ = row + 1;
}

void ColumnWriter::Clear(uint32_t row) {
  LeaveFastPath();
  if (end_ != row + 1) return;
  MakeValidity(end_);
  validity_[row >> 6] &= ~(uint64_t{1} << (row & 63));
  if (type_ == FieldType::kString) bytes_.resize(static_cast<size_t>(offsets_[row]));
  Store(row, Value{});
}

point::FieldColumn ColumnWriter::Finish(std::string name, size_t rows) {
  LeaveFastPath();
  active_ = false;
  const auto total = static_cast<uint32_t>(rows);
  if (end_ < total) {
    MakeValidity(end_);
    FillGap(end_, total);
    validity_.resize((rows + 63) / 64);
  }
  GrowTo(rows);
  slots_ = nullptr;
  switch (type_) {
    case FieldType::kFloat64:
      return point::FieldColumn::FromFloat64s(std::move(name), std::exchange(float64s_, {}),
                                              std::exchange(validity_, {}));
    case FieldType::kInt64:
      return point::FieldColumn::FromInt64s(std::move(name), std::exchange(int64s_, {}), std::exchange(validity_, {}));
    case FieldType::kUint64:
      return point::FieldColumn::FromUint64s(std::move(name), std::exchange(uint64s_, {}),
                                             std::exchange(validity_, {}));
    case FieldType::kBoolean:
      return point::FieldColumn::FromBooleans(std::move(name), std::exchange(booleans_, {}),
                                              std::exchange(validity_, {}));
    case FieldType::kString:
      break;
  }
  return point::FieldColumn::FromStrings(std::move(name), std::exchange(offsets_, {}), std::exchange(bytes_, {}),
                                         std::exchange(validity_, {}));
}

}  // namespace firn::line_protocol
