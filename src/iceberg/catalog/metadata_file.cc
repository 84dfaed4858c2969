#include "iceberg/catalog/metadata_file.h"

#include <charconv>

#include "formats/compression/compression.h"
#include "iceberg/json/table_metadata_json.h"

namespace firn::iceberg {
namespace {

constexpr uint64_t kMaximumMetadataBytes = uint64_t{2} << 30;
constexpr int kGzipLevel = 1;  // JSON shrinks well at any level, and every commit pays for it

/// Readers decide by the name alone, never by the content.
bool IsGzipName(std::string_view location) {
  return location.ends_with(".gz.metadata.json") || location.ends_with(".metadata.json.gz");
}

Result<TableMetadata> ReadMetadata(storage::Storage& storage, const std::string& location) {
  FIRN_ASSIGN(std::string bytes, storage.Read(location));
  if (!IsGzipName(location)) return ParseTableMetadata(bytes);
  const Result<std::string> plain = compression::Decode(compression::Codec::kGzip, bytes, kMaximumMetadataBytes);
  if (plain.ok()) return ParseTableMetadata(*plain);
  if (plain.error().kind() == ErrorKind::kInvalidInput) return Corrupt("{}", plain.error().message());
  return plain.error();
}

}  // namespace

int64_t MetadataVersion(std::string_view metadata_location) {
  std::string_view name = metadata_location.substr(metadata_location.rfind('/') + 1);
  if (name.find(".metadata.json") == std::string_view::npos) return -1;
  const bool hadoop = name.starts_with('v');
  if (hadoop) name.remove_prefix(1);
  int64_t version = -1;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), version);
  const bool ends_well = end != name.data() + name.size() && (hadoop ? *end == '.' : *end == '-');
  return code == std::errc() && ends_well && version >= 0 ? version : -1;
}

Result<LoadedTable> LoadTableFromMetadata(storage::Storage& storage, const std::string& metadata_location) {
  if (metadata_location.find(".metadata.json") == std::string::npos) {
    return InvalidInput("a metadata file is named ….metadata.json, not: {}", metadata_location);
  }
  FIRN_ASSIGN(TableMetadata metadata,
              ReadMetadata(storage, metadata_location).WithContext("cannot read table metadata " + metadata_location));
  LoadedTable table;
  table.metadata_location = metadata_location;
  table.metadata = std::make_shared<const TableMetadata>(std::move(metadata));
  const std::string& location = table.metadata->location;
  table.identifier.name = location.substr(location.rfind('/') + 1);
  return table;
}

Result<std::string> WriteMetadataFile(storage::Storage& storage, const TableMetadata& metadata,
                                      const std::string& previous_location, Random& random) {
  const std::string codec = metadata.Property("write.metadata.compression-codec", "none");
  const bool gzip = codec == "gzip" || codec == "GZIP";
  const int64_t version = previous_location.empty() ? 0 : MetadataVersion(previous_location) + 1;
  std::string location = fmt::format("{}/{:05}-{}{}.metadata.json", metadata.MetadataLocation(), version, random.Uuid(),
                                     gzip ? ".gz" : "");
  std::string text = SerializeTableMetadata(metadata);
  if (gzip) text = compression::Encode(compression::Codec::kGzip, text, kGzipLevel);
  FIRN_TRY(storage.Write(location, text).WithContext("cannot write table metadata " + location));
  return location;
}

}  // namespace firn::iceberg
