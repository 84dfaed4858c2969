#include "formats/avro/container.h"
#include "iceberg/manifests/avro_values.h"
#include "iceberg/manifests/manifest_reader.h"

namespace firn::iceberg {
namespace {

using avro::Decoder;
using avro::Field;
using avro::Kind;
using avro::Node;

FieldSummary ReadSummary(Decoder& decoder, const Node& record) {
  FieldSummary summary;
  if (record.kind != Kind::kRecord) decoder.Fail();
  for (const Field& field : record.fields) {
    switch (field.field_id) {
      case 509:
        summary.contains_null = ReadOptionalBoolean(decoder, *field.type).value_or(true);
        break;
      case 518:
        summary.contains_nan = ReadOptionalBoolean(decoder, *field.type);
        break;
      case 510:
        summary.lower_bound = ReadOptionalText(decoder, *field.type);
        break;
      case 511:
        summary.upper_bound = ReadOptionalText(decoder, *field.type);
        break;
      default:
        decoder.Skip(*field.type);
    }
  }
  return summary;
}

std::optional<std::vector<FieldSummary>> ReadSummaries(Decoder& decoder, const Node& node) {
  const Node* array = EnterUnion(decoder, node);
  if (array == nullptr) return std::nullopt;
  std::vector<FieldSummary> summaries;
  if (array->kind != Kind::kArray) decoder.Fail();
  if (decoder.ok()) decoder.ReadBlocks([&] { summaries.push_back(ReadSummary(decoder, *array->children[0])); });
  return summaries;
}

void ReadLineField(Decoder& decoder, const Field& field, ManifestFile& line) {
  const Node& type = *field.type;
  switch (field.field_id) {
    case 500:
      line.manifest_path = ReadText(decoder, type);
      break;
    case 501:
      line.manifest_length = ReadCount(decoder, type);
      break;
    case 502:
      line.partition_spec_id = ReadOptionalInt(decoder, type).value_or(0);
      break;
    case 517:
      line.content = static_cast<ManifestContent>(ReadBounded(decoder, type, 1));
      break;
    case 515:
      line.sequence_number = ReadOptionalLong(decoder, type).value_or(0);
      break;
    case 516:
      line.min_sequence_number = ReadOptionalLong(decoder, type).value_or(0);
      break;
    case 503:
      line.added_snapshot_id = ReadOptionalLong(decoder, type).value_or(0);
      break;
    case 504:
      line.added_files_count = ReadOptionalInt(decoder, type);
      break;
    case 505:
      line.existing_files_count = ReadOptionalInt(decoder, type);
      break;
    case 506:
      line.deleted_files_count = ReadOptionalInt(decoder, type);
      break;
    case 512:
      line.added_rows_count = ReadOptionalLong(decoder, type);
      break;
    case 513:
      line.existing_rows_count = ReadOptionalLong(decoder, type);
      break;
    case 514:
      line.deleted_rows_count = ReadOptionalLong(decoder, type);
      break;
    case 507:
      line.partitions = ReadSummaries(decoder, type);
      break;
    case 519:
      line.key_metadata = ReadOptionalText(decoder, type);
      break;
    case 520:
      line.first_row_id = ReadOptionalLong(decoder, type);
      break;
    default:
      decoder.Skip(type);
  }
}

/// v1 snapshots may name their manifests without a list: the lines are made from the files themselves.
Result<std::vector<ManifestFile>> InlineManifests(storage::Storage& storage, const Snapshot& snapshot) {
  std::vector<ManifestFile> lines;
  for (const std::string& path : snapshot.manifests) {
    FIRN_ASSIGN(const storage::ObjectInfo info, storage.Stat(path));
    ManifestFile line;
    line.manifest_path = path;
    line.manifest_length = static_cast<int64_t>(info.size_bytes);
    line.added_snapshot_id = snapshot.snapshot_id;
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<std::vector<ManifestFile>> ReadList(storage::Storage& storage, const std::string& location) {
  FIRN_ASSIGN(const std::string bytes, storage.Read(location));
  return ParseManifestList(bytes);
}

}  // namespace

Result<std::vector<ManifestFile>> ParseManifestList(std::string_view bytes) {
  FIRN_ASSIGN(const avro::ContainerHeader container, avro::ReadContainerHeader(bytes));
  if (container.schema->kind != Kind::kRecord) return Corrupt("manifest list's Avro schema is no record");
  std::vector<ManifestFile> lines;
  FIRN_TRY(avro::ReadContainer(bytes, {}, [&](const avro::ContainerHeader& header, Decoder& decoder) {
    ManifestFile line;
    for (const Field& field : header.schema->fields) ReadLineField(decoder, field, line);
    if (line.manifest_path.empty()) decoder.Fail();
    lines.push_back(std::move(line));
    return OkStatus();
  }));
  return lines;
}

Result<std::vector<ManifestFile>> ReadManifestList(storage::Storage& storage, const Snapshot& snapshot) {
  if (snapshot.manifest_list.empty()) return InlineManifests(storage, snapshot);
  return ReadList(storage, snapshot.manifest_list).WithContext("cannot read manifest list " + snapshot.manifest_list);
}

}  // namespace firn::iceberg
