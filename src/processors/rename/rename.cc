#include "processors/rename/rename.h"

#include <algorithm>
#include <utility>

#include "point/series_rewriter.h"

namespace firn::processors {
namespace {

using point::Batch;
using point::FieldColumn;
using point::FieldType;

struct NameChange {
  std::string from;
  std::string to;
};

/// The columns of one name, by type.
using Variants = std::vector<const FieldColumn*>;

bool AnySet(const Variants& columns, size_t row) {
  return std::any_of(columns.begin(), columns.end(), [&](const FieldColumn* column) { return column->IsSet(row); });
}

const FieldColumn* OfType(const Variants& columns, FieldType type) {
  for (const FieldColumn* column : columns) {
    if (column->type() == type) return column;
  }
  return nullptr;
}

/// The values of `winner` in rows where any column of its name is set, those of `loser` in the others.
FieldColumn Overlay(const std::string& name, FieldType type, const std::vector<uint8_t>& winner_set,
                    const FieldColumn* winner, const FieldColumn* loser) {
  FieldColumn merged(name, type);
  for (size_t from = 0; from < winner_set.size();) {
    size_t to = from + 1;
    while (to < winner_set.size() && winner_set[to] == winner_set[from]) ++to;
    const FieldColumn* source = winner_set[from] != 0 ? winner : loser;
    if (source == nullptr) {
      merged.AppendNulls(to - from);
    } else {
      merged.AppendRange(*source, from, to);
    }
    from = to;
  }
  return merged;
}

/// Both names are there: a row that has the old one gets its value under the new name, whatever stood there before.
void OverwriteField(Batch& batch, const NameChange& change) {
  const Variants winners = batch.FindField(change.from);
  const Variants losers = batch.FindField(change.to);
  std::vector<uint8_t> winner_set(batch.rows());
  for (size_t row = 0; row < batch.rows(); ++row) winner_set[row] = AnySet(winners, row) ? 1 : 0;
  std::vector<FieldColumn> merged;
  for (const FieldType type :
       {FieldType::kFloat64, FieldType::kInt64, FieldType::kUint64, FieldType::kBoolean, FieldType::kString}) {
    const FieldColumn* winner = OfType(winners, type);
    const FieldColumn* loser = OfType(losers, type);
    if (winner == nullptr && loser == nullptr) continue;
    merged.push_back(Overlay(change.to, type, winner_set, winner, loser));
  }
  std::erase_if(batch.fields,
                [&](const FieldColumn& field) { return field.name() == change.from || field.name() == change.to; });
  for (FieldColumn& column : merged) batch.fields.push_back(std::move(column));
  batch.DropEmptyColumns();
}

void RenameField(Batch& batch, const NameChange& change) {
  if (change.from == change.to || batch.FindField(change.from).empty()) return;
  if (!batch.FindField(change.to).empty()) return OverwriteField(batch, change);
  // A renamed field stands last, as if it had been removed and added.
  const auto is_other = [&](const FieldColumn& field) { return field.name() != change.from; };
  const auto renamed = std::stable_partition(batch.fields.begin(), batch.fields.end(), is_other);
  for (auto field = renamed; field != batch.fields.end(); ++field) field->set_name(change.to);
}

void RenameTag(point::MutableTags& tags, const NameChange& change) {
  const auto has_name = [&](const auto& tag) { return tag.first == change.from; };
  const auto found = std::find_if(tags.begin(), tags.end(), has_name);
  if (found == tags.end() || change.from == change.to) return;
  std::pair<std::string, std::string> renamed(change.to, std::move(found->second));
  std::erase_if(tags, [&](const auto& tag) { return tag.first == change.from || tag.first == change.to; });
  tags.push_back(std::move(renamed));
}

class Rename final : public Processor {
 public:
  explicit Rename(const RenameOptions& options)
      : rewriter_([this](point::MutableTags& tags) {
          for (const NameChange& change : tags_) RenameTag(tags, change);
        }) {
    for (const RenameRule& rule : options.replace) {
      if (rule.dest.empty()) continue;
      if (!rule.measurement.empty()) {
        measurements_.push_back({rule.measurement, rule.dest});
      } else if (!rule.tag.empty()) {
        tags_.push_back({rule.tag, rule.dest});
      } else if (!rule.field.empty()) {
        fields_.push_back({rule.field, rule.dest});
      }
    }
  }

  Concurrency concurrency() const override { return Concurrency::kParallel; }

  // Rules on measurements, tags and fields do not see each other's names, so each kind runs on its own.
  Status Process(Batch batch, const Emit& emit) override {
    for (const NameChange& change : measurements_) {
      if (batch.measurement == change.from) batch.measurement = change.to;
    }
    for (const NameChange& change : fields_) RenameField(batch, change);
    const auto concerns = [&](const NameChange& change) { return batch.series_view.FindColumn(change.from) >= 0; };
    if (std::any_of(tags_.begin(), tags_.end(), concerns)) rewriter_.Apply(batch);
    return emit(std::move(batch));
  }

 private:
  std::vector<NameChange> measurements_;
  std::vector<NameChange> tags_;
  std::vector<NameChange> fields_;
  point::SeriesRewriter rewriter_;
};

}  // namespace

config::Schema<RenameOptions> RenameSchema() {
  config::Schema<RenameRule> rule("replace", "One rule.");
  rule.String("measurement", &RenameRule::measurement, "Measurement to rename.")
      .String("tag", &RenameRule::tag, "Tag to rename.")
      .String("field", &RenameRule::field, "Field to rename.")
      .String("dest", &RenameRule::dest, "The new name; empty = the rule does nothing.");
  config::Schema<RenameOptions> schema("processors.rename", "Renames measurements, tags and fields.");
  schema.Tables("replace", &RenameOptions::replace, std::move(rule), "Rules; they run in order.");
  return schema;
}

std::unique_ptr<Processor> MakeRename(const RenameOptions& options) {
  return std::make_unique<Rename>(options);
}

}  // namespace firn::processors
