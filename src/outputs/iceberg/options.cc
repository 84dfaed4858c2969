#include "outputs/iceberg/options.h"

#include "base/rfc3339.h"

namespace firn::outputs::iceberg {
namespace {

config::Schema<TableSection> TableSectionSchema() {
  config::Schema<TableSection> schema("outputs.iceberg.table", "What differs for some tables.");
  schema.String("tables", &TableSection::tables, "Names of tables, with `*` and `?`.").Required();
  schema.StringList("partition_by", &TableSection::partition_by, "As in the output.");
  schema.Size("target_file_size", &TableSection::target_file_size, "As in the output.");
  schema.String("compression", &TableSection::compression, "As in the output.");
  schema.Integer("compression_level", &TableSection::compression_level, "As in the output.");
  schema.String("encoding", &TableSection::encoding, "As in the output.");
  schema.String("on_type_conflict", &TableSection::on_type_conflict, "As in the output.");
  schema.String("deduplicate", &TableSection::deduplicate, "As in the output.");
  schema.StringList("deduplicate_key", &TableSection::deduplicate_key, "As in the output.");
  schema.Integer("max_columns", &TableSection::max_columns, "As in the output.").Range(1);
  schema.StringMap("properties", &TableSection::properties, "More table properties, set when the table is created.");
  return schema;
}

void BindPlace(config::Schema<Options>& schema) {
  schema.String("catalog", &Options::catalog, "Kind of catalog: `sqlite`.");
  schema.String("uri", &Options::uri,
                "Where the catalog is; a file for `sqlite`. Default: `catalog.db` in the warehouse.");
  schema.String(
      "catalog_name", &Options::catalog_name,
      "Name of the catalog inside a SQL catalog. Spark uses the name of its own catalog, PyIceberg the one given "
      "to load_catalog: they must be the same to see the same tables.");
  schema.String("warehouse", &Options::warehouse, "Folder or `s3://bucket/prefix` under which new tables go.")
      .Required();
  schema.String("namespace", &Options::name_space, "Namespace of the tables; dots separate levels.");
  schema.String("table", &Options::table,
                "Name of a row's table: a Go template with .Name, .Tag \"key\" and .Database.");
  schema.String("s3_endpoint", &Options::s3_endpoint, "URL of an S3 store other than AWS.");
  schema.String("s3_region", &Options::s3_region, "Default: AWS_REGION, else us-east-1.");
  schema.Secret("s3_access_key", &Options::s3_access_key, "Default: the AWS environment, profile or instance role.");
  schema.Secret("s3_secret_key", &Options::s3_secret_key, "Goes with s3_access_key.");
  schema.Secret("s3_session_token", &Options::s3_session_token, "Goes with temporary keys.");
  schema.Bool("s3_path_style", &Options::s3_path_style, "Buckets in the path; always so with an endpoint.");
  schema.StringMap("path_map", &Options::path_map,
                   "PREFIX = PATH: where files are whose locations in metadata begin with PREFIX.");
}

void BindTables(config::Schema<Options>& schema) {
  schema.StringList(
      "partition_by", &Options::partition_by,
      "Partition of new tables: `day(time)`, `hour(time)`, `bucket(16, host)`, `truncate(4, host)`, `host`, …; "
      "[] = none.");
  schema.String("time_column", &Options::time_column, "Name of the time column.");
  schema.String(
      "time_precision", &Options::time_precision,
      "`us`: timestamptz, and an int column `time_nanos` from the first time that needs it. `ns`: timestamptz_ns, "
      "which needs format_version = 3 and which Spark and DuckDB cannot read yet.");
  schema.Integer("format_version", &Options::format_version, "Iceberg format of new tables, 2 or 3.").Range(2, 3);
  schema.String("compression", &Options::compression, "`zstd`, `snappy`, `gzip` or `uncompressed`.");
  schema.Integer("compression_level", &Options::compression_level, "Default: the codec's own.");
  schema.String("encoding", &Options::encoding,
                "`compatible`: what every engine reads fast. `compact`: half the bytes; Iceberg before 1.10 in Spark "
                "refuses it.");
  schema.String("on_type_conflict", &Options::on_type_conflict,
                "A value of another type than its column: `suffix` puts it into a second column, `reject` into the "
                "reject table.");
  schema.String(
      "deduplicate", &Options::deduplicate,
      "Equal points (database, measurement, tags, time) become one row: `flush` within a commit, `table` also when "
      "files are merged, `off`.");
  schema.StringList("deduplicate_key", &Options::deduplicate_key,
                    "Tags and fields that identify a row where processors have changed its tags.");
  schema.Size("target_file_size", &Options::target_file_size, "Size of data files that is aimed at.");
  schema.Integer("flush_rows", &Options::flush_rows, "Commits as soon as so many rows wait; 0 = by time alone.");
  schema.Size("flush_size", &Options::flush_size, "Commits as soon as rows of so many bytes wait; 0 = by time alone.");
  schema.Integer("max_tables", &Options::max_tables, "Rows for further tables go to the reject table.").Range(1);
  schema.Integer("max_columns", &Options::max_columns, "Values for further columns of a table are rejected.").Range(2);
  schema.StringList(
      "time_range", &Options::time_range,
      "[FIRST, LAST] in RFC 3339: rows outside go to the reject table. Default: all times that nanoseconds reach.");
  schema.StringMap("properties", &Options::properties, "More table properties, set when a table is created.");
  schema.Tables("tables", &Options::tables, TableSectionSchema(), "What differs for some tables.");
}

template <typename T>
using Words = std::vector<std::pair<std::string_view, T>>;

template <typename T>
Result<T> Choose(std::string_view option, const std::string& word, const Words<T>& words) {
  std::string known;
  for (const auto& [name, value] : words) {
    if (name == word) return value;
    known += known.empty() ? "" : ", ";
    known += name;
  }
  return InvalidConfig("outputs.iceberg: {} = \"{}\" is not one of {}", option, word, known);
}

const Words<parquet::Compression> kCompressions = {{"zstd", parquet::Compression::kZstd},
                                                   {"snappy", parquet::Compression::kSnappy},
                                                   {"gzip", parquet::Compression::kGzip},
                                                   {"uncompressed", parquet::Compression::kUncompressed}};
const Words<parquet::EncodingSet> kEncodings = {{"compatible", parquet::EncodingSet::kCompatible},
                                                {"compact", parquet::EncodingSet::kCompact}};
const Words<lake::TypeConflict> kConflicts = {{"suffix", lake::TypeConflict::kSuffix},
                                              {"reject", lake::TypeConflict::kReject}};
const Words<lake::Deduplicate> kDeduplicates = {
    {"flush", lake::Deduplicate::kFlush}, {"table", lake::Deduplicate::kTable}, {"off", lake::Deduplicate::kOff}};
const Words<lake::TimePrecision> kPrecisions = {{"us", lake::TimePrecision::kMicros},
                                                {"ns", lake::TimePrecision::kNanos}};

template <typename T>
Status ChooseOptional(std::string_view option, const std::optional<std::string>& word, const Words<T>& words,
                      std::optional<T>& out) {
  if (!word.has_value()) return OkStatus();
  FIRN_ASSIGN(out, Choose(option, *word, words));
  return OkStatus();
}

Result<lake::TableOverride> ToOverride(const TableSection& section) {
  lake::TableOverride out;
  out.tables = section.tables;
  out.partition_by = section.partition_by;
  out.target_file_bytes = section.target_file_size;
  out.compression_level = section.compression_level;
  out.deduplicate_key = section.deduplicate_key;
  out.max_columns = section.max_columns;
  out.properties = section.properties;
  FIRN_TRY(ChooseOptional("compression", section.compression, kCompressions, out.compression));
  FIRN_TRY(ChooseOptional("encoding", section.encoding, kEncodings, out.encoding));
  FIRN_TRY(ChooseOptional("on_type_conflict", section.on_type_conflict, kConflicts, out.on_type_conflict));
  FIRN_TRY(ChooseOptional("deduplicate", section.deduplicate, kDeduplicates, out.deduplicate));
  return out;
}

}  // namespace

config::Schema<Options> OptionsSchema() {
  config::Schema<Options> schema("outputs.iceberg", "Writes Apache Iceberg tables, exactly once.");
  BindPlace(schema);
  BindTables(schema);
  return schema;
}

Result<lake::LakeOptions> ToLakeOptions(const Options& options) {
  lake::LakeOptions out;
  out.name_space = options.name_space;
  out.table = options.table;
  out.time_column = options.time_column;
  out.format_version = static_cast<int>(options.format_version);
  out.max_tables = options.max_tables;
  out.defaults.partition_by = options.partition_by;
  out.defaults.target_file_bytes = options.target_file_size;
  out.defaults.compression_level = options.compression_level;
  out.defaults.deduplicate_key = options.deduplicate_key;
  out.defaults.max_columns = options.max_columns;
  out.defaults.properties = options.properties;
  FIRN_ASSIGN(out.time_precision, Choose("time_precision", options.time_precision, kPrecisions));
  FIRN_ASSIGN(out.defaults.compression, Choose("compression", options.compression, kCompressions));
  FIRN_ASSIGN(out.defaults.encoding, Choose("encoding", options.encoding, kEncodings));
  FIRN_ASSIGN(out.defaults.on_type_conflict, Choose("on_type_conflict", options.on_type_conflict, kConflicts));
  FIRN_ASSIGN(out.defaults.deduplicate, Choose("deduplicate", options.deduplicate, kDeduplicates));
  if (!options.time_range.empty()) {
    if (options.time_range.size() != 2) return InvalidConfig("outputs.iceberg: time_range takes [FIRST, LAST]");
    FIRN_ASSIGN(out.first_time_ns, ParseRfc3339(options.time_range[0]));
    FIRN_ASSIGN(out.last_time_ns, ParseRfc3339(options.time_range[1]));
  }
  for (const TableSection& section : options.tables) {
    FIRN_ASSIGN(lake::TableOverride table, ToOverride(section));
    out.overrides.push_back(std::move(table));
  }
  FIRN_TRY(lake::Validate(out));
  return out;
}

}  // namespace firn::outputs::iceberg
