#include "iceberg/manifests/manifest_schema.h"

#include <algorithm>
#include <cctype>

#include "iceberg/json/schema_json.h"
#include "iceberg/json/text.h"

namespace firn::iceberg {
namespace {

/// The Avro type of a partition value, as JSON.
std::string AvroType(const Type& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return R"("boolean")";
    case TypeId::kInt:
      return R"("int")";
    case TypeId::kLong:
      return R"("long")";
    case TypeId::kFloat:
      return R"("float")";
    case TypeId::kDouble:
      return R"("double")";
    case TypeId::kDate:
      return R"({"type":"int","logicalType":"date"})";
    case TypeId::kTime:
      return R"({"type":"long","logicalType":"time-micros"})";
    case TypeId::kTimestamp:
      return R"({"type":"long","logicalType":"timestamp-micros","adjust-to-utc":false})";
    case TypeId::kTimestampTz:
      return R"({"type":"long","logicalType":"timestamp-micros","adjust-to-utc":true})";
    case TypeId::kTimestampNs:
      return R"({"type":"long","logicalType":"timestamp-nanos","adjust-to-utc":false})";
    case TypeId::kTimestampTzNs:
      return R"({"type":"long","logicalType":"timestamp-nanos","adjust-to-utc":true})";
    case TypeId::kString:
      return R"("string")";
    case TypeId::kUuid:
      return R"({"type":"fixed","name":"uuid_fixed","size":16,"logicalType":"uuid"})";
    case TypeId::kFixed:
      return fmt::format(R"({{"type":"fixed","name":"fixed_{}","size":{}}})", type.length(), type.length());
    case TypeId::kBinary:
      return R"("bytes")";
    case TypeId::kDecimal:
      return fmt::format(
          R"({{"type":"fixed","name":"decimal_{}_{}","size":{},"logicalType":"decimal","precision":{},"scale":{}}})",
          type.precision(), type.scale(), DecimalFixedBytes(type.precision()), type.precision(), type.scale());
    default:
      return R"("null")";
  }
}

std::string PartitionRecord(const PartitionSpec& spec, const std::vector<Type>& types) {
  std::string out = R"({"type":"record","name":"r102","fields":[)";
  // A named Avro type may be defined only once; later uses give its name.
  std::vector<std::string> defined;
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    if (i > 0) out += ',';
    std::string type = AvroType(types[i]);
    if (type.find(R"("fixed")") != std::string::npos) {
      const size_t name = type.find(R"("name":)") + 7;
      const std::string quoted = type.substr(name, type.find(',', name) - name);
      if (std::find(defined.begin(), defined.end(), quoted) != defined.end()) type = quoted;
      defined.push_back(quoted);
    }
    const std::string& field = spec.fields[i].name;
    const std::string avro_name = AvroName(field);
    out += R"({"name":)" + JsonText(avro_name);
    if (avro_name != field) out += R"(,"iceberg-field-name":)" + JsonText(field);
    out += type == R"("null")" ? R"(,"type":"null")" : fmt::format(R"(,"type":["null",{}])", type);
    out += fmt::format(R"(,"default":null,"field-id":{}}})", spec.fields[i].field_id);
  }
  return out + "]}";
}

std::string OptionalField(std::string_view name, std::string_view type, int32_t field_id) {
  return fmt::format(R"(,{{"name":"{}","type":["null",{}],"default":null,"field-id":{}}})", name, type, field_id);
}

std::string IntMapField(std::string_view name, int32_t field_id, int32_t key_id, int32_t value_id,
                        std::string_view value) {
  const std::string map =
      fmt::format(R"({{"type":"array","logicalType":"map","items":{{"type":"record","name":"k{0}_v{1}","fields":[)"
                  R"({{"name":"key","type":"int","field-id":{0}}},{{"name":"value","type":"{2}","field-id":{1}}}]}}}})",
                  key_id, value_id, value);
  return OptionalField(name, map, field_id);
}

}  // namespace

std::string AvroName(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<uint8_t>(name[i]);
    const bool letter = std::isalpha(c) != 0 || c == '_';
    const bool digit = std::isdigit(c) != 0;
    if (letter || (digit && i > 0)) {
      out += name[i];
    } else if (digit) {
      out += '_';
      out += name[i];
    } else if (c < 0x80) {
      out += fmt::format("_x{:X}", c);
    } else {
      // One escape a UTF-16 code unit, which is what Java's characters are.
      size_t bytes = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
      uint32_t point = c & (0xffu >> (bytes + 1));
      for (; bytes > 1 && i + 1 < name.size(); --bytes)
        point = (point << 6) | (static_cast<uint8_t>(name[++i]) & 0x3fu);
      if (point < 0x10000) {
        out += fmt::format("_x{:X}", point);
      } else {
        out += fmt::format("_x{:X}_x{:X}", 0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
      }
    }
  }
  return out;
}

int32_t DecimalFixedBytes(int32_t precision) {
  Int128 highest = 1;
  for (int32_t i = 0; i < precision; ++i) highest *= 10;
  int32_t bytes = 1;
  while (bytes < 16 && (Int128{1} << (8 * bytes - 1)) < highest) ++bytes;
  return bytes;
}

std::string ManifestEntrySchema(const PartitionSpec& spec, const std::vector<Type>& types, int32_t format_version) {
  std::string out = R"({"type":"record","name":"manifest_entry","fields":[{"name":"status","type":"int","field-id":0})";
  out += OptionalField("snapshot_id", R"("long")", 1);
  out += OptionalField("sequence_number", R"("long")", 3);
  out += OptionalField("file_sequence_number", R"("long")", 4);
  out += R"(,{"name":"data_file","field-id":2,"type":{"type":"record","name":"r2","fields":[)";
  out += R"({"name":"content","type":"int","field-id":134},{"name":"file_path","type":"string","field-id":100},)";
  out += R"({"name":"file_format","type":"string","field-id":101},{"name":"partition","field-id":102,"type":)";
  out += PartitionRecord(spec, types);
  out +=
      R"(},{"name":"record_count","type":"long","field-id":103},{"name":"file_size_in_bytes","type":"long","field-id":104})";
  out += IntMapField("column_sizes", 108, 117, 118, "long");
  out += IntMapField("value_counts", 109, 119, 120, "long");
  out += IntMapField("null_value_counts", 110, 121, 122, "long");
  out += IntMapField("nan_value_counts", 137, 138, 139, "long");
  out += IntMapField("lower_bounds", 125, 126, 127, "bytes");
  out += IntMapField("upper_bounds", 128, 129, 130, "bytes");
  out += OptionalField("key_metadata", R"("bytes")", 131);
  out += OptionalField("split_offsets", R"({"type":"array","items":"long","element-id":133})", 132);
  out += OptionalField("equality_ids", R"({"type":"array","items":"int","element-id":136})", 135);
  out += OptionalField("sort_order_id", R"("int")", 140);
  if (format_version >= 3) out += OptionalField("first_row_id", R"("long")", 142);
  out += OptionalField("referenced_data_file", R"("string")", 143);
  if (format_version >= 3) {
    out += OptionalField("content_offset", R"("long")", 144);
    out += OptionalField("content_size_in_bytes", R"("long")", 145);
  }
  return out + "]}}]}";
}

std::string ManifestFileSchema(int32_t format_version) {
  std::string out = R"({"type":"record","name":"manifest_file","fields":[)"
                    R"({"name":"manifest_path","type":"string","field-id":500},)"
                    R"({"name":"manifest_length","type":"long","field-id":501},)"
                    R"({"name":"partition_spec_id","type":"int","field-id":502},)"
                    R"({"name":"content","type":"int","field-id":517},)"
                    R"({"name":"sequence_number","type":"long","field-id":515},)"
                    R"({"name":"min_sequence_number","type":"long","field-id":516},)"
                    R"({"name":"added_snapshot_id","type":"long","field-id":503},)"
                    R"({"name":"added_files_count","type":"int","field-id":504},)"
                    R"({"name":"existing_files_count","type":"int","field-id":505},)"
                    R"({"name":"deleted_files_count","type":"int","field-id":506},)"
                    R"({"name":"added_rows_count","type":"long","field-id":512},)"
                    R"({"name":"existing_rows_count","type":"long","field-id":513},)"
                    R"({"name":"deleted_rows_count","type":"long","field-id":514})";
  const char* summary = R"({"type":"array","element-id":508,"items":{"type":"record","name":"r508","fields":[)"
                        R"({"name":"contains_null","type":"boolean","field-id":509},)"
                        R"({"name":"contains_nan","type":["null","boolean"],"default":null,"field-id":518},)"
                        R"({"name":"lower_bound","type":["null","bytes"],"default":null,"field-id":510},)"
                        R"({"name":"upper_bound","type":["null","bytes"],"default":null,"field-id":511}]}})";
  out += OptionalField("partitions", summary, 507);
  out += OptionalField("key_metadata", R"("bytes")", 519);
  if (format_version >= 3) out += OptionalField("first_row_id", R"("long")", 520);
  return out + "]}";
}

}  // namespace firn::iceberg
