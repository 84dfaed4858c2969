#include "iceberg/manifests/manifest_reader.h"

#include <algorithm>
#include <charconv>

#include "formats/avro/container.h"
#include "iceberg/json/schema_json.h"
#include "iceberg/manifests/avro_values.h"

namespace firn::iceberg {
namespace {

using avro::Decoder;
using avro::Field;
using avro::Kind;
using avro::Node;

int32_t HeaderInteger(const avro::ContainerHeader& header, const char* key, int32_t otherwise) {
  const auto found = header.metadata.find(key);
  if (found == header.metadata.end()) return otherwise;
  int32_t value = otherwise;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

std::string HeaderText(const avro::ContainerHeader& header, const char* key) {
  const auto found = header.metadata.find(key);
  return found == header.metadata.end() ? std::string() : found->second;
}

ManifestHeader ToManifestHeader(const avro::ContainerHeader& header) {
  ManifestHeader out;
  out.format_version = HeaderInteger(header, "format-version", 1);
  out.content = HeaderText(header, "content") == "deletes" ? ManifestContent::kDeletes : ManifestContent::kData;
  out.schema_id = HeaderInteger(header, "schema-id", 0);
  out.partition_spec_id = HeaderInteger(header, "partition-spec-id", 0);
  out.schema_json = HeaderText(header, "schema");
  out.partition_spec_json = HeaderText(header, "partition-spec");
  out.codec = header.codec;
  return out;
}

Literal ReadPartitionValue(Decoder& decoder, const Node& field) {
  const Node* node = EnterUnion(decoder, field);
  if (node == nullptr) return {};
  switch (node->kind) {
    case Kind::kBoolean:
      return Literal(decoder.ReadBoolean());
    case Kind::kInt:
      return Literal(decoder.ReadInt());
    case Kind::kLong:
      return Literal(decoder.ReadLong());
    case Kind::kFloat:
      return Literal(decoder.ReadFloat());
    case Kind::kDouble:
      return Literal(decoder.ReadDouble());
    case Kind::kString:
    case Kind::kBytes:
    case Kind::kFixed: {
      const std::string_view bytes =
          node->kind == Kind::kFixed ? decoder.ReadFixed(node->fixed_size) : decoder.ReadBytes();
      return node->logical_type == "decimal" ? DecimalLiteral(decoder, bytes) : Literal(bytes);
    }
    default:
      decoder.Fail();
      return {};
  }
}

PartitionValues ReadPartition(Decoder& decoder, const Node& record, const PartitionSpec& spec) {
  PartitionValues values(spec.fields.size());
  if (record.kind != Kind::kRecord) decoder.Fail();
  for (const Field& field : record.fields) {
    const auto target = std::find_if(spec.fields.begin(), spec.fields.end(), [&](const PartitionField& candidate) {
      return candidate.field_id == field.field_id;
    });
    Literal value = ReadPartitionValue(decoder, *field.type);
    if (target != spec.fields.end()) values[static_cast<size_t>(target - spec.fields.begin())] = std::move(value);
  }
  return values;
}

void ReadDataFileField(Decoder& decoder, const Field& field, const PartitionSpec& spec, DataFile& file) {
  const Node& type = *field.type;
  switch (field.field_id) {
    case 134:
      file.content = static_cast<FileContent>(ReadBounded(decoder, type, 2));
      break;
    case 100:
      file.file_path = ReadText(decoder, type);
      break;
    case 101:
      file.file_format = ReadText(decoder, type);
      std::transform(file.file_format.begin(), file.file_format.end(), file.file_format.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      break;
    case 102:
      file.partition = ReadPartition(decoder, type, spec);
      break;
    case 103:
      file.record_count = ReadCount(decoder, type);
      break;
    case 104:
      file.file_size_bytes = ReadCount(decoder, type);
      break;
    case 108:
      ReadIntMap(decoder, type, &file.column_sizes);
      break;
    case 109:
      ReadIntMap(decoder, type, &file.value_counts);
      break;
    case 110:
      ReadIntMap(decoder, type, &file.null_value_counts);
      break;
    case 137:
      ReadIntMap(decoder, type, &file.nan_value_counts);
      break;
    case 125:
      ReadIntMap(decoder, type, &file.lower_bounds);
      break;
    case 128:
      ReadIntMap(decoder, type, &file.upper_bounds);
      break;
    case 131:
      file.key_metadata = ReadOptionalText(decoder, type);
      break;
    case 132:
      ReadLongList(decoder, type, [&](int64_t value) { file.split_offsets.push_back(value); });
      break;
    case 135:
      ReadLongList(decoder, type, [&](int64_t value) { file.equality_ids.push_back(static_cast<int32_t>(value)); });
      break;
    case 140:
      file.sort_order_id = ReadOptionalInt(decoder, type);
      break;
    case 142:
      file.first_row_id = ReadOptionalLong(decoder, type);
      break;
    case 143:
      file.referenced_data_file = ReadOptionalText(decoder, type);
      break;
    case 144:
      file.content_offset = ReadOptionalLong(decoder, type);
      break;
    case 145:
      file.content_size_bytes = ReadOptionalLong(decoder, type);
      break;
    default:
      decoder.Skip(type);
  }
}

ManifestEntry ReadEntry(Decoder& decoder, const Node& record, const PartitionSpec& spec) {
  ManifestEntry entry;
  bool has_file = false;
  for (const Field& field : record.fields) {
    switch (field.field_id) {
      case 0:
        entry.status = static_cast<EntryStatus>(ReadBounded(decoder, *field.type, 2));
        break;
      case 1:
        entry.snapshot_id = ReadOptionalLong(decoder, *field.type);
        break;
      case 3:
        entry.sequence_number = ReadOptionalLong(decoder, *field.type);
        break;
      case 4:
        entry.file_sequence_number = ReadOptionalLong(decoder, *field.type);
        break;
      case 2:
        if (field.type->kind != Kind::kRecord) decoder.Fail();
        for (const Field& member : field.type->fields) ReadDataFileField(decoder, member, spec, entry.file);
        has_file = true;
        break;
      default:
        decoder.Skip(*field.type);
    }
  }
  if (!has_file || entry.file.file_path.empty()) decoder.Fail();
  entry.file.partition.resize(spec.fields.size());
  return entry;
}

/// Fills in what the entries take from the manifest list's line.
Status Inherit(Manifest& manifest, const ManifestFile& line) {
  std::optional<int64_t> next_row_id = line.first_row_id;
  const bool unnumbered = manifest.header.format_version == 1 || line.sequence_number == 0;
  for (ManifestEntry& entry : manifest.entries) {
    const bool is_data = entry.file.content == FileContent::kData;
    if (is_data != (line.content == ManifestContent::kData)) {
      return Corrupt("manifest holds a file of the wrong content: {}", entry.file.file_path);
    }
    if (!entry.snapshot_id) entry.snapshot_id = line.added_snapshot_id;
    const bool may_inherit = entry.status == EntryStatus::kAdded || unnumbered;
    if (!may_inherit && (!entry.sequence_number || !entry.file_sequence_number)) {
      return Corrupt("existing file without sequence numbers: {}", entry.file.file_path);
    }
    if (!entry.sequence_number) entry.sequence_number = line.sequence_number;
    if (!entry.file_sequence_number) entry.file_sequence_number = line.sequence_number;
    if (is_data && entry.is_live() && next_row_id && !entry.file.first_row_id) {
      entry.file.first_row_id = next_row_id;
      next_row_id = *next_row_id + entry.file.record_count;
    }
    entry.file.spec_id = line.partition_spec_id;
  }
  return OkStatus();
}

/// A manifest cut between two blocks is whole Avro; its line still tells how many files it must hold.
Status CheckCounts(const Manifest& manifest, const ManifestFile& line) {
  if (!line.added_files_count || !line.existing_files_count) return OkStatus();
  const auto live = std::count_if(manifest.entries.begin(), manifest.entries.end(),
                                  [](const auto& entry) { return entry.is_live(); });
  const int64_t expected = int64_t{*line.added_files_count} + *line.existing_files_count;
  if (live < expected) return Corrupt("manifest holds {} live files, the manifest list says {}", live, expected);
  return OkStatus();
}

Result<Manifest> ReadManifestUnchecked(storage::Storage& storage, const ManifestFile& line,
                                       const TableMetadata& metadata) {
  FIRN_ASSIGN(const std::string bytes, storage.Read(line.manifest_path));
  if (static_cast<int64_t>(bytes.size()) < line.manifest_length) {
    return Corrupt("manifest has {} bytes, the manifest list says {}", bytes.size(), line.manifest_length);
  }
  if (const PartitionSpec* spec = metadata.FindSpec(line.partition_spec_id)) return ParseManifest(bytes, line, *spec);
  FIRN_ASSIGN(const avro::ContainerHeader header, avro::ReadContainerHeader(bytes));
  FIRN_ASSIGN(const PartitionSpec spec,
              ParsePartitionFieldsJson(HeaderText(header, "partition-spec"), line.partition_spec_id));
  return ParseManifest(bytes, line, spec);
}

}  // namespace

Result<Manifest> ParseManifest(std::string_view bytes, const ManifestFile& line, const PartitionSpec& spec) {
  Manifest manifest;
  FIRN_ASSIGN(const avro::ContainerHeader container, avro::ReadContainerHeader(bytes));
  manifest.header = ToManifestHeader(container);
  if (container.schema->kind != Kind::kRecord) return Corrupt("manifest's Avro schema is no record");
  FIRN_TRY(avro::ReadContainer(bytes, {}, [&](const avro::ContainerHeader& header, Decoder& decoder) {
    manifest.entries.push_back(ReadEntry(decoder, *header.schema, spec));
    return OkStatus();
  }));
  FIRN_TRY(Inherit(manifest, line));
  FIRN_TRY(CheckCounts(manifest, line));
  return manifest;
}

Result<Manifest> ReadManifest(storage::Storage& storage, const ManifestFile& line, const TableMetadata& metadata) {
  return ReadManifestUnchecked(storage, line, metadata).WithContext("cannot read manifest " + line.manifest_path);
}

}  // namespace firn::iceberg
