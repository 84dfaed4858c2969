#pragma once

#include <map>
#include <string>
#include <vector>

#include "iceberg/scan/expression.h"
#include "iceberg/scan/value_range.h"
#include "iceberg/spec/data_file.h"
#include "iceberg/spec/manifest_file.h"
#include "iceberg/spec/table_metadata.h"

namespace firn::iceberg {

/// Decides by metadata alone which manifests and files may hold rows that match a filter. One thread.
class FileFilter {
 public:
  /// `filter` without kNot, over the columns of `schema`. Both, and `metadata`, must outlive the filter.
  FileFilter(ExpressionPtr filter, const Schema& schema, const TableMetadata& metadata);

  bool ManifestMayMatch(const ManifestFile& line) const;
  /// By partition values and column bounds.
  bool FileMayMatch(const DataFile& file) const;
  bool matches_everything() const { return filter_->op == Expression::Op::kTrue; }

 private:
  template <typename Leaf>
  static bool Evaluate(const Expression& expression, const Leaf& leaf);

  /// A partition field's projection of each predicate, made once a spec.
  struct Projection {
    size_t field = 0;
    Type type;
    Expression predicate;
  };
  const std::vector<Projection>& ProjectionsOf(const Expression& predicate, const PartitionSpec& spec) const;
  bool PartitionMayMatch(const Expression& predicate, const DataFile& file) const;
  bool BoundsMayMatch(const Expression& predicate, const DataFile& file) const;

  ExpressionPtr filter_;
  const Schema& schema_;
  const TableMetadata& metadata_;
  mutable std::map<std::pair<const Expression*, int32_t>, std::vector<Projection>> projections_;
};

}  // namespace firn::iceberg
