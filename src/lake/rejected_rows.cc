#include "lake/rejected_rows.h"

#include <fmt/format.h>

#include "base/floor_divide.h"
#include "formats/parquet/parquet_writer.h"
#include "iceberg/updates/append.h"
#include "lake/data_files.h"

namespace firn::lake {
namespace {

using iceberg::Type;
using iceberg::TypeId;

struct RejectedColumn {
  const char* name;
  TypeId type;
  parquet::ColumnType written_as;
};

constexpr RejectedColumn kColumns[] = {
    {"received_at", TypeId::kTimestampTz, parquet::ColumnType::kTimestampTz},
    {"source", TypeId::kString, parquet::ColumnType::kString},
    {"shard", TypeId::kString, parquet::ColumnType::kString},
    {"position", TypeId::kLong, parquet::ColumnType::kLong},
    {"line", TypeId::kLong, parquet::ColumnType::kLong},
    {"reason", TypeId::kString, parquet::ColumnType::kString},
    {"payload", TypeId::kBinary, parquet::ColumnType::kBinary},
};

iceberg::TableRequest Request() {
  iceberg::TableRequest request;
  std::vector<iceberg::NestedField> fields;
  for (const RejectedColumn& column : kColumns) {
    iceberg::NestedField field;
    field.id = static_cast<int32_t>(fields.size()) + 1;
    field.name = column.name;
    field.type = Type(column.type);
    fields.push_back(std::move(field));
  }
  request.schema = iceberg::Schema(0, std::move(fields));
  request.properties = {{"write.parquet.compression-codec", "zstd"},
                        {"write.metadata.delete-after-commit.enabled", "true"},
                        {"write.metadata.previous-versions-max", "20"}};
  return request;
}

/// Rejected rows as Parquet columns, by the table's own columns (one that somebody dropped is left out).
class RejectedSource final : public parquet::ColumnSource {
 public:
  RejectedSource(const std::vector<RejectedRow>& rows, std::vector<std::string> names)
      : rows_(rows), names_(std::move(names)) {}

  Result<parquet::ColumnValues> Values(size_t index) override {
    const std::string& name = names_[index];
    if (name == "received_at")
      return Numbers([](const RejectedRow& row) { return FloorDivide(row.received_at_ns, 1'000); });
    if (name == "position") return Numbers([](const RejectedRow& row) { return row.position; });
    if (name == "line") return Numbers([](const RejectedRow& row) { return row.line; });
    if (name == "source") return Texts([](const RejectedRow& row) -> const std::string& { return row.source; });
    if (name == "shard") return Texts([](const RejectedRow& row) -> const std::string& { return row.shard; });
    if (name == "reason") return Texts([](const RejectedRow& row) -> const std::string& { return row.reason; });
    return Texts([](const RejectedRow& row) -> const std::string& { return row.payload; });
  }

 private:
  template <typename Get>
  parquet::ColumnValues Numbers(Get get) {
    numbers_.clear();
    for (const RejectedRow& row : rows_) numbers_.push_back(get(row));
    return {std::span<const int64_t>(numbers_), {}};
  }
  template <typename Get>
  Result<parquet::ColumnValues> Texts(Get get) {
    offsets_.assign(1, 0);
    bytes_.clear();
    for (const RejectedRow& row : rows_) {
      bytes_ += get(row);
      if (bytes_.size() > INT32_MAX) return ResourceExhausted("more than 2 GiB of rejected text in one commit");
      offsets_.push_back(static_cast<int32_t>(bytes_.size()));
    }
    return parquet::ColumnValues{parquet::StringValues{offsets_, bytes_}, {}};
  }

  const std::vector<RejectedRow>& rows_;
  std::vector<std::string> names_;
  std::vector<int64_t> numbers_;
  std::vector<int32_t> offsets_;
  std::string bytes_;
};

}  // namespace

RejectedRowsTable::RejectedRowsTable(iceberg::Namespace levels, const iceberg::CommitEnvironment& environment,
                                     std::string location)
    : identifier_{std::move(levels), kName}, environment_(environment), location_(std::move(location)) {}

namespace {

constexpr size_t kFileBytes = 64 << 20;

size_t BytesOf(const RejectedRow& row) {
  return sizeof(RejectedRow) + row.source.size() + row.shard.size() + row.reason.size() + row.payload.size();
}

}  // namespace

size_t RejectedRowsTable::byte_size() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void RejectedRowsTable::Reject(RejectedRow row) {
  const std::lock_guard lock(mutex_);
  bytes_ += BytesOf(row);
  rows_.push_back(std::move(row));
}

uint64_t RejectedRowsTable::pending() const {
  const std::lock_guard lock(mutex_);
  return rows_.size();
}

Result<iceberg::LoadedTable> RejectedRowsTable::LoadOrCreate() {
  auto loaded = environment_.catalog->LoadTable(identifier_);
  if (loaded.ok() || loaded.error().kind() != ErrorKind::kNotFound) return loaded;
  for (size_t depth = 1; depth <= identifier_.levels.size(); ++depth) {
    const auto end = identifier_.levels.begin() + static_cast<std::ptrdiff_t>(depth);
    const Status created = environment_.catalog->CreateNamespace({identifier_.levels.begin(), end}, {});
    if (!created.ok() && created.error().kind() != ErrorKind::kAlreadyExists) return created.error();
  }
  iceberg::TableRequest request = Request();
  request.location = location_;
  auto created = environment_.catalog->CreateTable(identifier_, request);
  if (!created.ok() && created.error().kind() != ErrorKind::kAlreadyExists) return created;
  return environment_.catalog->LoadTable(identifier_);
}

Status RejectedRowsTable::Append(const std::vector<RejectedRow>& rows) {
  FIRN_ASSIGN(const iceberg::LoadedTable table, LoadOrCreate());
  std::vector<parquet::Column> columns;
  std::vector<std::string> names;
  for (const RejectedColumn& known : kColumns) {
    const iceberg::NestedField* field = table.metadata->schema().FindField(std::string_view(known.name));
    if (field == nullptr || field->type.id() != known.type) continue;
    const bool repeats = known.written_as == parquet::ColumnType::kString;
    columns.push_back({field->name, field->id, known.written_as, field->required, repeats, {}});
    names.push_back(known.name);
  }
  iceberg::DataFile file;
  file.spec_id = table.metadata->default_spec_id;
  file.partition.resize(table.metadata->spec().fields.size());
  file.file_path = DataFileLocation(*table.metadata, file.partition,
                                    fmt::format("00000-0-{}-00001.parquet", environment_.random->Uuid()));
  FIRN_ASSIGN(const auto object, environment_.storage->Create(file.file_path));
  RejectedSource source(rows, std::move(names));
  FIRN_ASSIGN(const auto writer, parquet::ParquetWriter::Make(columns, {}, object.get()));
  FIRN_TRY(writer->WriteRowGroup(rows.size(), source));
  FIRN_ASSIGN(const parquet::FileMetrics metrics, writer->Finish());
  FIRN_TRY(object->Close());
  FillMetrics(columns, metrics, file);
  iceberg::AppendRequest request;
  request.files.push_back(std::move(file));
  const auto append = iceberg::MakeAppend(std::move(request));
  return iceberg::CommitChanges(environment_, table, {append.get()}, {}).status();
}

Result<uint64_t> RejectedRowsTable::Commit() {
  std::vector<RejectedRow> rows;
  {
    const std::lock_guard lock(mutex_);
    rows.swap(rows_);
    bytes_ = 0;
  }
  uint64_t committed = 0;
  while (!rows.empty()) {
    // A file takes a bounded amount of text, however much was rejected.
    size_t count = 0;
    for (size_t bytes = 0; count < rows.size() && bytes < kFileBytes; ++count) bytes += BytesOf(rows[count]);
    const auto end = rows.begin() + static_cast<std::ptrdiff_t>(count);
    const std::vector<RejectedRow> part(std::make_move_iterator(rows.begin()), std::make_move_iterator(end));
    rows.erase(rows.begin(), end);
    if (const Status appended = Append(part); !appended.ok()) {
      for (const RejectedRow& row : part) Reject(row);
      for (RejectedRow& row : rows) Reject(std::move(row));
      return appended.error().WithContext("cannot commit rejected rows");
    }
    committed += count;
  }
  return committed;
}

}  // namespace firn::lake
