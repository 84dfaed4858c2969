#include "formats/tsm/fields_index.h"

#include "formats/tsm/protobuf_reader.h"

namespace firn::tsm {
namespace {

constexpr std::string_view kMagic("\x00\x06\x01\x03", 4);
constexpr size_t kSizeBytes = 8;
constexpr uint64_t kDeleteMeasurement = 1;

/// influxql.DataType.
std::optional<point::FieldType> TypeOfCode(uint64_t code) {
  switch (code) {
    case 1:
      return point::FieldType::kFloat64;
    case 2:
      return point::FieldType::kInt64;
    case 3:
      return point::FieldType::kString;
    case 4:
      return point::FieldType::kBoolean;
    case 9:
      return point::FieldType::kUint64;
    default:
      return std::nullopt;
  }
}

}  // namespace

Status FieldTypes::ApplyIndex(std::string_view file) {
  if (file.empty()) return OkStatus();
  if (!file.starts_with(kMagic)) return Corrupt("no fields.idx: its first bytes are others");
  return ForEachField(file.substr(kMagic.size()), [&](const ProtobufReader::Field& field) {
    return field.number == 1 ? ApplyMeasurement(field.bytes) : OkStatus();
  });
}

Status FieldTypes::ApplyChanges(std::string_view file) {
  while (file.size() >= kSizeBytes) {
    const auto size = LoadLittleEndian<uint64_t>(file.data());
    file.remove_prefix(kSizeBytes);
    if (size > file.size()) return OkStatus();
    FIRN_TRY(ApplyChangeSet(file.substr(0, size)));
    file.remove_prefix(size);
  }
  return OkStatus();
}

std::optional<point::FieldType> FieldTypes::Find(std::string_view measurement, std::string_view field) const {
  const auto fields = types_.find(measurement);
  if (fields == types_.end()) return std::nullopt;
  const auto type = fields->second.find(field);
  return type == fields->second.end() ? std::nullopt : std::optional(type->second);
}

Status FieldTypes::ApplyMeasurement(std::string_view message) {
  std::string name;
  return ForEachField(message, [&](const ProtobufReader::Field& field) {
    if (field.number == 1) name = std::string(field.bytes);
    return field.number == 2 ? ApplyField(name, field.bytes) : OkStatus();
  });
}

Status FieldTypes::ApplyField(const std::string& measurement, std::string_view message) {
  std::string name;
  uint64_t code = 0;
  FIRN_TRY(ForEachField(message, [&](const ProtobufReader::Field& field) {
    if (field.number == 1) name = std::string(field.bytes);
    if (field.number == 2) code = field.integer;
    return OkStatus();
  }));
  if (const auto type = TypeOfCode(code)) types_[measurement].insert_or_assign(name, *type);
  return OkStatus();
}

Status FieldTypes::ApplyChangeSet(std::string_view message) {
  return ForEachField(message, [&](const ProtobufReader::Field& field) {
    return field.number == 1 ? ApplyChange(field.bytes) : OkStatus();
  });
}

Status FieldTypes::ApplyChange(std::string_view message) {
  std::string measurement;
  std::string_view added;
  uint64_t change = 0;
  FIRN_TRY(ForEachField(message, [&](const ProtobufReader::Field& field) {
    if (field.number == 1) measurement = std::string(field.bytes);
    if (field.number == 2) added = field.bytes;
    if (field.number == 3) change = field.integer;
    return OkStatus();
  }));
  if (change != kDeleteMeasurement) return ApplyField(measurement, added);
  types_.erase(measurement);
  return OkStatus();
}

}  // namespace firn::tsm
