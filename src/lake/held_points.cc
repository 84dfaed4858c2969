#include "lake/held_points.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/floor_divide.h"
#include "iceberg/scan/plan_files.h"
#include "lake/column_map.h"
#include "lake/stored_rows.h"
#include "point/row.h"

namespace firn::lake {
namespace {

using point::Batch;
using point::FieldColumn;
using point::FieldValue;
using Kind = ColumnKey::Kind;

bool EqualNumbers(double left, double right) {
  return left == right || (std::isnan(left) && std::isnan(right));
}
/// Exact: no integer beyond 2^53 is taken for its neighbour.
template <typename Integer>
bool EqualNumbers(Integer left, double right) {
  constexpr double kBeyond = std::is_signed_v<Integer> ? 9223372036854775808.0 : 18446744073709551616.0;
  if (!(right >= static_cast<double>(std::numeric_limits<Integer>::min()) && right < kBeyond)) return false;
  return std::trunc(right) == right && static_cast<Integer>(right) == left;
}

bool EqualValues(const FieldValue& left, const FieldValue& right) {
  return std::visit(
      [](const auto& a, const auto& b) {
        using A = std::decay_t<decltype(a)>;
        using B = std::decay_t<decltype(b)>;
        constexpr bool kIntegers =
            std::is_integral_v<A> && std::is_integral_v<B> && !std::is_same_v<A, bool> && !std::is_same_v<B, bool>;
        if constexpr (std::is_same_v<A, double> && std::is_same_v<B, double>) {
          return EqualNumbers(a, b);
        } else if constexpr (std::is_same_v<A, B>) {
          return a == b;
        } else if constexpr (kIntegers) {
          return std::cmp_equal(a, b);
        } else if constexpr (std::is_same_v<B, double> && std::is_integral_v<A> && !std::is_same_v<A, bool>) {
          return EqualNumbers(a, b);
        } else if constexpr (std::is_same_v<A, double> && std::is_integral_v<B> && !std::is_same_v<B, bool>) {
          return EqualNumbers(b, a);
        } else {
          return false;
        }
      },
      left, right);
}

struct PointKey {
  point::SeriesId series;
  int64_t time = 0;
  friend bool operator==(const PointKey&, const PointKey&) = default;
};
struct PointKeyHash {
  size_t operator()(const PointKey& key) const {
    return point::SeriesIdHash()(key.series) ^ (static_cast<size_t>(key.time) * 0x9e3779b97f4a7c15ULL);
  }
};

/// What of a row has no column in the table: it is not there to be found again.
class UnstoredParts {
 public:
  explicit UnstoredParts(const SchemaPlan& plan) {
    for (const ColumnKey& key : plan.dropped) Add(key);
    for (const auto& [key, reason] : plan.refused) Add(key);
  }

  /// Nothing that tells points apart is missing.
  bool keys_are_whole() const { return tags_.empty() && !nanos_; }
  bool Has(const FieldColumn& field) const { return fields_.contains({field.name(), field.type()}); }

  PointKey KeyOf(const Batch& batch, size_t row) const {
    const int64_t time = nanos_ ? FloorDivide(batch.times[row], 1'000) * 1'000 : batch.times[row];
    const uint32_t series = batch.series[row];
    if (tags_.empty()) return {batch.series_view.id(series), time};
    std::vector<point::Tag> tags = batch.series_view.TagsOf(series);
    std::erase_if(tags, [this](const point::Tag& tag) { return tags_.contains(tag.key); });
    return {point::MakeSeriesId(tags), time};
  }

 private:
  void Add(const ColumnKey& key) {
    if (key.kind == Kind::kTag) tags_.insert(key.name);
    if (key.kind == Kind::kField) fields_.emplace(key.name, key.type);
    if (key.kind == Kind::kTimeNanos) nanos_ = true;
  }

  std::set<std::string, std::less<>> tags_;
  std::set<std::pair<std::string, point::FieldType>> fields_;
  bool nanos_ = false;
};

/// A row that may be held already.
struct Question {
  uint32_t batch;
  uint32_t row;
};

/// All rows in question, by time.
std::vector<Question> QuestionsByTime(const std::vector<Batch>& batches) {
  std::vector<Question> questions;
  for (uint32_t i = 0; i < batches.size(); ++i) {
    if (!batches[i].only_if_absent) continue;
    for (uint32_t row = 0; row < batches[i].rows(); ++row) questions.push_back({i, row});
  }
  std::sort(questions.begin(), questions.end(), [&batches](const Question& left, const Question& right) {
    return batches[left.batch].times[left.row] < batches[right.batch].times[right.row];
  });
  return questions;
}

/// Some of the rows in question, found by tags and time, and what is known of each.
class Pass {
 public:
  Pass(const std::vector<Batch>& batches, std::span<const Question> questions, const UnstoredParts& unstored)
      : batches_(batches), unstored_(unstored), questions_(questions), states_(questions.size()) {
    slots_.reserve(questions.size());
    for (size_t i = 0; i < questions.size(); ++i) {
      const PointKey key = unstored.KeyOf(batches[questions[i].batch], questions[i].row);
      first_time_ = std::min(first_time_, key.time);
      last_time_ = std::max(last_time_, key.time);
      slots_.emplace(key, i);
    }
  }

  int64_t first_time() const { return first_time_; }
  int64_t last_time() const { return last_time_; }

  /// Rows that the table holds, in the order in which they were written. They count for the batches from `behind` on.
  void Note(const Batch& rows, size_t behind) {
    for (size_t row = 0; row < rows.rows(); ++row) {
      const PointKey key = unstored_.KeyOf(rows, row);
      if (key.time < first_time_ || key.time > last_time_) continue;
      auto [at, end] = slots_.equal_range(key);
      for (; at != end; ++at) {
        if (questions_[at->second].batch >= behind) Compare(at->second, rows, row);
      }
    }
  }

  /// Calls `take` with each row that turned out to be held.
  template <typename Take>
  void ForEachHeld(Take take) const {
    for (size_t i = 0; i < questions_.size(); ++i) {
      if (IsHeld(questions_[i], states_[i])) take(questions_[i]);
    }
  }

 private:
  struct State {
    std::vector<bool> latest_is_equal;  ///< by field column; empty = none was seen
    bool one_row_is_equal = false;
  };

  void Compare(size_t index, const Batch& rows, size_t row) {
    const Question& question = questions_[index];
    const Batch& asked = batches_[question.batch];
    State& state = states_[index];
    state.latest_is_equal.resize(asked.fields.size());
    bool all_equal = true;
    for (size_t i = 0; i < asked.fields.size(); ++i) {
      const FieldColumn& field = asked.fields[i];
      if (!field.IsSet(question.row) || unstored_.Has(field)) continue;
      bool found = false;
      for (const FieldColumn* column : rows.FindField(field.name())) {
        if (!column->IsSet(row)) continue;
        found = true;
        state.latest_is_equal[i] = EqualValues(point::ValueAt(field, question.row), point::ValueAt(*column, row));
      }
      all_equal = all_equal && found && state.latest_is_equal[i];
    }
    state.one_row_is_equal = state.one_row_is_equal || all_equal;
  }

  bool IsHeld(const Question& question, const State& state) const {
    const Batch& batch = batches_[question.batch];
    if (!batch.series_intact || !unstored_.keys_are_whole()) return state.one_row_is_equal;
    if (state.latest_is_equal.empty()) return false;
    for (size_t i = 0; i < batch.fields.size(); ++i) {
      const FieldColumn& field = batch.fields[i];
      if (field.IsSet(question.row) && !unstored_.Has(field) && !state.latest_is_equal[i]) return false;
    }
    return true;
  }

  const std::vector<Batch>& batches_;
  const UnstoredParts& unstored_;
  const std::span<const Question> questions_;
  std::vector<State> states_;                                      ///< of questions_
  std::unordered_multimap<PointKey, size_t, PointKeyHash> slots_;  ///< places in questions_
  int64_t first_time_ = std::numeric_limits<int64_t>::max();
  int64_t last_time_ = std::numeric_limits<int64_t>::min();
};

std::set<std::string> FieldsInQuestion(const std::vector<Batch>& batches) {
  std::set<std::string> names;
  for (const Batch& batch : batches) {
    if (!batch.only_if_absent) continue;
    for (const FieldColumn& field : batch.fields) names.insert(field.name());
  }
  return names;
}

/// What the table's files hold of times, tags and the fields in question. Nothing: the table has no rows of ours.
Result<std::shared_ptr<const StoredContent>> ContentOf(const iceberg::TableMetadata& metadata,
                                                       const std::vector<Batch>& batches) {
  const auto property = metadata.properties.find(ColumnMap::kProperty);
  if (property == metadata.properties.end()) return std::shared_ptr<const StoredContent>();
  FIRN_ASSIGN(const ColumnMap map, ColumnMap::Parse(property->second));
  const std::set<std::string> field_names = FieldsInQuestion(batches);
  StoredContent content;
  content.series_intact = true;
  for (const auto& [key, id] : map.ids()) {
    if (key.kind != Kind::kField || field_names.contains(key.name)) AddStoredColumn(metadata, key, id, content);
  }
  // In the order of the map: tags by name, as series tables want them.
  return std::make_shared<const StoredContent>(std::move(content));
}

/// Files whose times may lie between the two, in the order in which they were written.
Result<std::vector<iceberg::ScanTask>> FilesBetween(const HeldRows& held, const StoredContent& content, int64_t first,
                                                    int64_t last) {
  const auto snapshot = held.metadata.current_snapshot();
  const auto time_id = content.IdOf(Kind::kTime);
  if (snapshot == nullptr || !time_id) return std::vector<iceberg::ScanTask>();
  using iceberg::Comparison;
  using Op = iceberg::Expression::Op;
  const int64_t unit = content.time_unit_ns;
  iceberg::ScanOptions options;
  options.with_deletes = false;
  options.schema = &held.metadata.schema();
  options.filter = iceberg::And({Comparison(Op::kGreaterOrEqual, *time_id, iceberg::Literal(FloorDivide(first, unit))),
                                 Comparison(Op::kLessOrEqual, *time_id, iceberg::Literal(FloorDivide(last, unit)))});
  FIRN_ASSIGN(iceberg::ScanPlan plan, iceberg::PlanFiles(held.storage, held.metadata, *snapshot, options));
  std::stable_sort(plan.tasks.begin(), plan.tasks.end(),
                   [](const auto& left, const auto& right) { return left.sequence_number < right.sequence_number; });
  return std::move(plan.tasks);
}

Status NoteFile(const HeldRows& held, const iceberg::DataFile& file, std::shared_ptr<const StoredContent> content,
                Pass& pass) {
  const std::string trouble = "overlap: cannot tell which rows " + file.file_path + " holds";
  if (file.file_format != "PARQUET") return Unsupported("{}: it is no Parquet file", trouble);
  auto source = ReadStoredRows(held.storage, file, std::move(content), StoredParts::kAll, {});
  if (!source.ok()) return source.error().WithContext(trouble);
  for (;;) {
    FIRN_ASSIGN(const std::optional<Batch> rows, (*source)->Next());
    if (!rows) return OkStatus();
    pass.Note(*rows, 0);
  }
}

/// Shows the pass all that may hold its rows.
Status NoteAll(const HeldRows& held, const std::shared_ptr<const StoredContent>& content,
               const std::vector<Batch>& batches, Pass& pass) {
  if (content != nullptr) {
    FIRN_ASSIGN(const auto tasks, FilesBetween(held, *content, pass.first_time(), pass.last_time()));
    for (const iceberg::ScanTask& task : tasks) FIRN_TRY(NoteFile(held, task.file, content, pass));
  }
  for (const PendingFile& file : held.files) FIRN_TRY(NoteFile(held, file.file, file.content, pass));
  for (size_t i = 0; i < batches.size(); ++i) pass.Note(batches[i], i + 1);
  return OkStatus();
}

/// Takes the rows out that `held` says of, by batch and row (no entry: none of the batch).
void DropRows(std::vector<Batch>& batches, const std::map<uint32_t, std::vector<bool>>& held) {
  for (const auto& [index, is_held] : held) {
    Batch& batch = batches[index];
    std::vector<uint32_t> rest;
    for (uint32_t row = 0; row < batch.rows(); ++row) {
      if (!is_held[row]) rest.push_back(row);
    }
    batch = batch.Select(rest);
    batch.DropEmptyColumns();
  }
  std::erase_if(batches, [](const Batch& batch) { return batch.empty(); });
}

}  // namespace

Result<uint64_t> DropHeldPoints(std::vector<Batch>& batches, const HeldRows& held) {
  const std::vector<Question> questions = QuestionsByTime(batches);
  if (questions.empty()) return uint64_t{0};
  FIRN_ASSIGN(const SchemaPlan plan, PlanSchema(&held.metadata, Pointers(batches), held.plan_options));
  const UnstoredParts unstored(plan);
  FIRN_ASSIGN(const auto content, ContentOf(held.metadata, batches));
  uint64_t dropped = 0;
  std::map<uint32_t, std::vector<bool>> found;
  for (std::span<const Question> rest = questions; !rest.empty();) {
    Pass pass(batches, rest.first(std::min(rest.size(), held.rows_a_pass)), unstored);
    rest = rest.subspan(std::min(rest.size(), held.rows_a_pass));
    FIRN_TRY(NoteAll(held, content, batches, pass));
    pass.ForEachHeld([&](const Question& question) {
      ++dropped;
      std::vector<bool>& rows = found[question.batch];
      rows.resize(batches[question.batch].rows());
      rows[question.row] = true;
    });
  }
  DropRows(batches, found);
  return dropped;
}

}  // namespace firn::lake
