#include "iceberg/manifests/manifest_writer.h"

#include <algorithm>

#include "formats/avro/container.h"
#include "formats/avro/encoder.h"
#include "iceberg/json/schema_json.h"
#include "iceberg/manifests/manifest_schema.h"
#include "iceberg/spec/single_value.h"

namespace firn::iceberg {
namespace {

using avro::Encoder;

/// `["null", T]`: says which branch follows, and whether there is a value to write.
bool WriteBranch(Encoder& encoder, bool present) {
  encoder.WriteBranch(present ? 1 : 0);
  return present;
}

void WriteOptionalLong(Encoder& encoder, const std::optional<int64_t>& value) {
  if (WriteBranch(encoder, value.has_value())) encoder.WriteLong(*value);
}

void WriteOptionalBytes(Encoder& encoder, const std::optional<std::string>& value) {
  if (WriteBranch(encoder, value.has_value())) encoder.WriteBytes(*value);
}

template <typename Value>
void WriteIntMap(Encoder& encoder, const std::map<int32_t, Value>& map) {
  if (!WriteBranch(encoder, !map.empty())) return;
  encoder.BeginBlock(static_cast<int64_t>(map.size()));
  for (const auto& [key, value] : map) {
    encoder.WriteInt(key);
    if constexpr (std::is_same_v<Value, std::string>) {
      encoder.WriteBytes(value);
    } else {
      encoder.WriteLong(value);
    }
  }
  encoder.EndBlocks();
}

template <typename Number>
void WriteList(Encoder& encoder, const std::vector<Number>& list) {
  if (!WriteBranch(encoder, !list.empty())) return;
  encoder.BeginBlock(static_cast<int64_t>(list.size()));
  for (const Number number : list) encoder.WriteLong(number);
  encoder.EndBlocks();
}

/// The bytes of a decimal, sign-extended to the fixed's size.
Result<std::string> DecimalFixed(const Type& type, Int128 unscaled) {
  const std::string shortest = DecimalBytes(unscaled);
  const auto size = static_cast<size_t>(DecimalFixedBytes(type.precision()));
  if (shortest.size() > size)
    return InvalidInput("value {} does not fit {}", DecimalText(unscaled, type.scale()), ToString(type));
  return std::string(size - shortest.size(), unscaled < 0 ? '\xff' : '\0') + shortest;
}

Status WritePartitionValue(Encoder& encoder, const Type& type, const Literal& value) {
  if (type.id() == TypeId::kUnknown) {
    // The Avro type is plain null: no branch, no bytes.
    if (!value.is_null()) return InvalidInput("partition value {} has no type", ToString(value));
    return OkStatus();
  }
  if (!WriteBranch(encoder, !value.is_null())) return OkStatus();
  const auto integer = value.AsInteger();
  const auto* bytes = value.As<std::string>();
  switch (type.id()) {
    case TypeId::kBoolean:
      if (const auto* v = value.As<bool>()) return encoder.WriteBoolean(*v), OkStatus();
      break;
    case TypeId::kFloat:
      if (const auto* v = value.As<float>()) return encoder.WriteFloat(*v), OkStatus();
      break;
    case TypeId::kDouble:
      if (const auto* v = value.As<double>()) return encoder.WriteDouble(*v), OkStatus();
      if (const auto* v = value.As<float>()) return encoder.WriteDouble(*v), OkStatus();
      break;
    case TypeId::kDecimal:
      if (const auto* v = value.As<Decimal>()) {
        FIRN_ASSIGN(const std::string fixed, DecimalFixed(type, v->unscaled));
        return encoder.WriteFixed(fixed), OkStatus();
      }
      break;
    case TypeId::kUuid:
    case TypeId::kFixed: {
      const size_t size = type.id() == TypeId::kUuid ? 16 : static_cast<size_t>(type.length());
      if (bytes != nullptr && bytes->size() == size) return encoder.WriteFixed(*bytes), OkStatus();
      break;
    }
    case TypeId::kString:
    case TypeId::kBinary:
      if (bytes != nullptr) return encoder.WriteBytes(*bytes), OkStatus();
      break;
    default:
      if (integer) return encoder.WriteLong(*integer), OkStatus();
      break;
  }
  return InvalidInput("partition value {} is no {}", ToString(value), ToString(type));
}

Status WriteDataFile(Encoder& encoder, const DataFile& file, const std::vector<Type>& types, int32_t format_version) {
  encoder.WriteInt(static_cast<int32_t>(file.content));
  encoder.WriteBytes(file.file_path);
  encoder.WriteBytes(file.file_format);
  if (file.partition.size() != types.size()) {
    return InvalidInput("file has {} partition values, its spec has {} fields: {}", file.partition.size(), types.size(),
                        file.file_path);
  }
  for (size_t i = 0; i < types.size(); ++i)
    FIRN_TRY(WritePartitionValue(encoder, types[i], file.partition[i]).WithContext(file.file_path));
  encoder.WriteLong(file.record_count);
  encoder.WriteLong(file.file_size_bytes);
  WriteIntMap(encoder, file.column_sizes);
  WriteIntMap(encoder, file.value_counts);
  WriteIntMap(encoder, file.null_value_counts);
  WriteIntMap(encoder, file.nan_value_counts);
  WriteIntMap(encoder, file.lower_bounds);
  WriteIntMap(encoder, file.upper_bounds);
  WriteOptionalBytes(encoder, file.key_metadata);
  WriteList(encoder, file.split_offsets);
  WriteList(encoder, file.equality_ids);
  if (WriteBranch(encoder, file.sort_order_id.has_value())) encoder.WriteInt(*file.sort_order_id);
  if (format_version >= 3) WriteOptionalLong(encoder, file.first_row_id);
  WriteOptionalBytes(encoder, file.referenced_data_file);
  if (format_version >= 3) {
    WriteOptionalLong(encoder, file.content_offset);
    WriteOptionalLong(encoder, file.content_size_bytes);
  }
  return OkStatus();
}

Status CheckEntry(const ManifestEntry& entry, const ManifestOptions& options) {
  const bool is_data = entry.file.content == FileContent::kData;
  if (is_data != (options.content == ManifestContent::kData)) {
    return InvalidInput("data and delete files do not go into one manifest: {}", entry.file.file_path);
  }
  if (entry.status != EntryStatus::kAdded && (!entry.sequence_number || !entry.file_sequence_number)) {
    return InvalidInput("an existing file needs its sequence numbers: {}", entry.file.file_path);
  }
  if (options.format_version < 3 && entry.file.is_deletion_vector()) {
    return Unsupported("deletion vectors need format version 3: {}", entry.file.file_path);
  }
  return OkStatus();
}

/// Range of one partition field over all entries, deleted ones included as Java does it.
Result<FieldSummary> Summarize(const std::vector<ManifestEntry>& entries, const Type& type, size_t field) {
  FieldSummary summary;
  summary.contains_nan = false;
  const Literal* lower = nullptr;
  const Literal* upper = nullptr;
  for (const ManifestEntry& entry : entries) {
    const Literal& value = entry.file.partition[field];
    if (value.is_null()) {
      summary.contains_null = true;
    } else if (value.is_nan()) {
      summary.contains_nan = true;
    } else {
      if (lower == nullptr || Compare(value, *lower) < 0) lower = &value;
      if (upper == nullptr || Compare(value, *upper) > 0) upper = &value;
    }
  }
  if (lower != nullptr) {
    FIRN_ASSIGN(summary.lower_bound, ToSingleValueBytes(type, *lower));
    FIRN_ASSIGN(summary.upper_bound, ToSingleValueBytes(type, *upper));
  }
  return summary;
}

void Count(const ManifestEntry& entry, ManifestFile& line) {
  const int64_t rows = entry.file.record_count;
  switch (entry.status) {
    case EntryStatus::kAdded:
      line.added_files_count = *line.added_files_count + 1;
      line.added_rows_count = *line.added_rows_count + rows;
      break;
    case EntryStatus::kExisting:
      line.existing_files_count = *line.existing_files_count + 1;
      line.existing_rows_count = *line.existing_rows_count + rows;
      break;
    case EntryStatus::kDeleted:
      line.deleted_files_count = *line.deleted_files_count + 1;
      line.deleted_rows_count = *line.deleted_rows_count + rows;
      break;
  }
}

/// The line for the list. An entry without a number has the commit's, which is higher than any that is written out.
Result<ManifestFile> MakeLine(const std::vector<ManifestEntry>& entries, const std::vector<Type>& types,
                              int32_t spec_id, const ManifestOptions& options) {
  ManifestFile line;
  line.partition_spec_id = spec_id;
  line.content = options.content;
  line.added_snapshot_id = options.snapshot_id;
  line.added_files_count = line.existing_files_count = line.deleted_files_count = 0;
  line.added_rows_count = line.existing_rows_count = line.deleted_rows_count = 0;
  line.sequence_number = kUnassignedSequenceNumber;
  line.min_sequence_number = kUnassignedSequenceNumber;
  for (const ManifestEntry& entry : entries) {
    Count(entry, line);
    if (!entry.is_live() || !entry.sequence_number) continue;
    if (line.min_sequence_number == kUnassignedSequenceNumber || *entry.sequence_number < line.min_sequence_number) {
      line.min_sequence_number = *entry.sequence_number;
    }
  }
  std::vector<FieldSummary> partitions;
  for (size_t i = 0; i < types.size(); ++i) {
    FIRN_ASSIGN(FieldSummary summary, Summarize(entries, types[i], i));
    partitions.push_back(std::move(summary));
  }
  line.partitions = std::move(partitions);
  return line;
}

void WriteSummaries(Encoder& encoder, const std::optional<std::vector<FieldSummary>>& partitions) {
  if (!WriteBranch(encoder, partitions.has_value())) return;
  if (!partitions->empty()) encoder.BeginBlock(static_cast<int64_t>(partitions->size()));
  for (const FieldSummary& summary : *partitions) {
    encoder.WriteBoolean(summary.contains_null);
    if (WriteBranch(encoder, summary.contains_nan.has_value())) encoder.WriteBoolean(*summary.contains_nan);
    WriteOptionalBytes(encoder, summary.lower_bound);
    WriteOptionalBytes(encoder, summary.upper_bound);
  }
  encoder.EndBlocks();
}

Status WriteLine(Encoder& encoder, const ManifestFile& line, int32_t format_version) {
  if (!line.added_files_count || !line.existing_files_count || !line.deleted_files_count) {
    return Unsupported("manifest without file counts, as old version 1 writers made them: {}", line.manifest_path);
  }
  encoder.WriteBytes(line.manifest_path);
  encoder.WriteLong(line.manifest_length);
  encoder.WriteInt(line.partition_spec_id);
  encoder.WriteInt(static_cast<int32_t>(line.content));
  encoder.WriteLong(line.sequence_number);
  encoder.WriteLong(line.min_sequence_number);
  encoder.WriteLong(line.added_snapshot_id);
  encoder.WriteInt(*line.added_files_count);
  encoder.WriteInt(*line.existing_files_count);
  encoder.WriteInt(*line.deleted_files_count);
  encoder.WriteLong(line.added_rows_count.value_or(0));
  encoder.WriteLong(line.existing_rows_count.value_or(0));
  encoder.WriteLong(line.deleted_rows_count.value_or(0));
  WriteSummaries(encoder, line.partitions);
  WriteOptionalBytes(encoder, line.key_metadata);
  if (format_version >= 3) WriteOptionalLong(encoder, line.first_row_id);
  return OkStatus();
}

}  // namespace

Result<SerializedManifest> SerializeManifest(const std::vector<ManifestEntry>& entries, const Schema& schema,
                                             const PartitionSpec& spec, const ManifestOptions& options) {
  if (entries.empty()) return InvalidInput("a manifest needs at least one entry");
  const std::vector<Type> types = PartitionTypes(spec, schema);
  avro::ContainerOptions container;
  container.schema_json = ManifestEntrySchema(spec, types, options.format_version);
  container.codec = options.codec;
  container.metadata = {{"schema", SerializeSchema(schema)},
                        {"schema-id", fmt::format("{}", schema.schema_id())},
                        {"partition-spec", SerializePartitionFields(spec)},
                        {"partition-spec-id", fmt::format("{}", spec.spec_id)},
                        {"format-version", fmt::format("{}", options.format_version)},
                        {"content", options.content == ManifestContent::kData ? "data" : "deletes"}};
  FIRN_ASSIGN(avro::ContainerWriter writer, avro::ContainerWriter::Make(std::move(container)));
  Encoder encoder;
  for (const ManifestEntry& entry : entries) {
    FIRN_TRY(CheckEntry(entry, options));
    encoder.Clear();
    encoder.WriteInt(static_cast<int32_t>(entry.status));
    WriteOptionalLong(encoder, entry.snapshot_id);
    WriteOptionalLong(encoder, entry.sequence_number);
    WriteOptionalLong(encoder, entry.file_sequence_number);
    FIRN_TRY(WriteDataFile(encoder, entry.file, types, options.format_version));
    FIRN_TRY(writer.Append(encoder.bytes()));
  }
  SerializedManifest manifest;
  FIRN_ASSIGN(manifest.line, MakeLine(entries, types, spec.spec_id, options));
  FIRN_ASSIGN(manifest.bytes, writer.Finish());
  manifest.line.manifest_length = static_cast<int64_t>(manifest.bytes.size());
  return manifest;
}

Result<std::string> SerializeManifestList(const std::vector<ManifestFile>& manifests,
                                          const ManifestListOptions& options) {
  avro::ContainerOptions container;
  container.schema_json = ManifestFileSchema(options.format_version);
  container.codec = options.codec;
  const auto parent = options.parent_snapshot_id;
  container.metadata = {{"snapshot-id", fmt::format("{}", options.snapshot_id)},
                        {"parent-snapshot-id", parent ? fmt::format("{}", *parent) : "null"},
                        {"sequence-number", fmt::format("{}", options.sequence_number)},
                        {"format-version", fmt::format("{}", options.format_version)}};
  if (options.first_row_id) container.metadata["first-row-id"] = fmt::format("{}", *options.first_row_id);
  FIRN_ASSIGN(avro::ContainerWriter writer, avro::ContainerWriter::Make(std::move(container)));
  Encoder encoder;
  for (const ManifestFile& line : manifests) {
    encoder.Clear();
    FIRN_TRY(WriteLine(encoder, line, options.format_version));
    FIRN_TRY(writer.Append(encoder.bytes()));
  }
  return writer.Finish();
}

Result<std::string> ManifestCodec(const TableMetadata& metadata) {
  std::string codec = metadata.Property("write.manifest.compression-codec", "gzip");
  std::transform(codec.begin(), codec.end(), codec.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (codec == "gzip" || codec == "deflate") return std::string("deflate");
  if (codec == "zstd" || codec == "zstandard") return std::string("zstandard");
  if (codec == "none" || codec == "uncompressed" || codec == "null") return std::string("null");
  return Unsupported("write.manifest.compression-codec that Firn does not write: {}", codec);
}

}  // namespace firn::iceberg
