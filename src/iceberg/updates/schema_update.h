#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/updates/metadata_builder.h"

namespace firn::iceberg {

/// Changes a table's columns step by step; columns are named by full name (`a.b`), as it was before the update. Every
/// step checks itself against the steps before it: kInvalidInput where it is not allowed. One thread.
///
///   SchemaUpdate update(builder.current());
///   FIRN_TRY(update.AddColumn("", "usage", Type(TypeId::kDouble)));
///   FIRN_TRY(update.ApplyTo(builder));
class SchemaUpdate {
 public:
  explicit SchemaUpdate(const TableMetadata& base);

  struct ColumnOptions {
    bool required = false;
    std::string doc;
    std::optional<Literal> initial_default;  ///< v3; needed for a required column
    std::optional<Literal> write_default;
  };
  /// Gives the new field's id. `parent` "" = the top; a list or map of structs names its element or value struct.
  Result<int32_t> AddColumn(const std::string& parent, const std::string& name, const Type& type,
                            const ColumnOptions& options);
  Result<int32_t> AddColumn(const std::string& parent, const std::string& name, const Type& type) {
    return AddColumn(parent, name, type, ColumnOptions{});
  }
  Status RenameColumn(const std::string& column, const std::string& new_name);
  /// int → long, float → double, wider decimal, and v3's. Refused for the source of a partition field that would
  /// change.
  Status WidenColumn(const std::string& column, const Type& type);
  Status MakeOptional(const std::string& column);
  Status SetDoc(const std::string& column, const std::string& doc);
  /// Refused for the source of a field of the current partition spec or sort order, and for identifier fields.
  Status DeleteColumn(const std::string& column);
  enum class Position { kFirst, kBefore, kAfter };
  /// `reference` is a sibling; "" for kFirst.
  Status MoveColumn(const std::string& column, Position position, const std::string& reference);
  /// Replaces the identifier fields.
  Status SetIdentifierFields(const std::vector<std::string>& columns);

  /// The schema as it is after the steps so far; id is the one that it will get.
  Schema schema() const;
  int32_t last_column_id() const { return last_column_id_; }
  bool changed() const { return changed_; }

  /// Adds the schema, makes it current, keeps name mapping in step, and requires that last-assigned-field-id and
  /// current-schema-id are still those of the base. Nothing where nothing changed.
  Status ApplyTo(MetadataBuilder& builder) const;

 private:
  /// By the name before the update, else by the name that it has now.
  Result<int32_t> Find(const std::string& column) const;
  Status Edit(int32_t field_id, const std::function<Status(std::vector<NestedField>&, size_t)>& edit);

  const TableMetadata base_;
  std::vector<NestedField> fields_;
  std::vector<int32_t> identifier_field_ids_;
  int32_t last_column_id_;
  bool changed_ = false;
};

}  // namespace firn::iceberg
