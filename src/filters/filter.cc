#include "filters/filter.h"

#include <string>
#include <vector>

#include "formats/glob/glob.h"
#include "point/series_rewriter.h"

namespace firn::filters {
namespace {

using glob::GlobList;

Result<GlobList> CompileOption(std::string_view option, const std::vector<std::string>& patterns,
                               std::string_view separators = "") {
  Result<GlobList> list = GlobList::Compile(patterns, separators);
  if (!list.ok()) return InvalidConfig("option '{}': {}", option, list.error().message());
  return list;
}

/// What passes `include` (all when it is empty) and not `exclude`.
struct IncludeExclude {
  GlobList include;
  GlobList exclude;

  bool empty() const { return include.empty() && exclude.empty(); }
  bool Keeps(std::string_view text) const {
    return (include.empty() || include.Matches(text)) && !exclude.Matches(text);
  }
};

struct TagRule {
  std::string key;
  GlobList values;
};

/// Whether any of the rules matches a series, looked up once a value of a tag.
class TagRules {
 public:
  static Result<TagRules> Compile(std::string_view option, const config::StringListMap& map) {
    TagRules rules;
    for (const auto& [key, patterns] : map) {
      FIRN_ASSIGN(GlobList values, CompileOption(option, patterns));
      if (!values.empty()) rules.rules_.push_back({key, std::move(values)});
    }
    return rules;
  }
  bool empty() const { return rules_.empty(); }

  /// One answer a series of the batch: 1 = a rule matches. Other series have no meaning.
  std::vector<uint8_t> MatchSeries(const point::Batch& batch) const {
    std::vector<uint8_t> matches(batch.series_view.series_count(), 0);
    for (const TagRule& rule : rules_) {
      const int column = batch.series_view.FindColumn(rule.key);
      if (column < 0) continue;
      MarkMatches(rule, batch.series_view.column(static_cast<uint32_t>(column)), batch.series, matches);
    }
    return matches;
  }

 private:
  static void MarkMatches(const TagRule& rule, const point::TagColumn& column, const std::vector<uint32_t>& rows,
                          std::vector<uint8_t>& matches) {
    enum : uint8_t { kUnknown, kNo, kYes };
    std::vector<uint8_t> by_code = {kNo};  // code 0: the series does not have the tag
    for (const uint32_t series : rows) {
      const uint32_t code = column.CodeOf(series);
      if (code >= by_code.size()) by_code.resize(code + 1, kUnknown);
      if (by_code[code] == kUnknown) by_code[code] = rule.values.Matches(column.ValueOfCode(code)) ? kYes : kNo;
      if (by_code[code] == kYes) matches[series] = 1;
    }
  }

  std::vector<TagRule> rules_;
};

bool HasFieldInEachRow(const point::Batch& batch) {
  for (const point::FieldColumn& field : batch.fields) {
    if (field.null_count() == 0) return true;
  }
  return false;
}

std::vector<uint32_t> RowsWithField(const point::Batch& batch) {
  std::vector<uint32_t> rows;
  for (size_t row = 0; row < batch.rows(); ++row) {
    for (const point::FieldColumn& field : batch.fields) {
      if (!field.IsSet(row)) continue;
      rows.push_back(static_cast<uint32_t>(row));
      break;
    }
  }
  return rows;
}

class OptionsFilter final : public Filter {
 public:
  OptionsFilter(IncludeExclude names, TagRules pass, TagRules drop, IncludeExclude fields, IncludeExclude tags)
      : names_(std::move(names)),
        tag_pass_(std::move(pass)),
        tag_drop_(std::move(drop)),
        fields_(std::move(fields)),
        tags_(std::move(tags)),
        drop_tags_([this](point::MutableTags& all) {
          std::erase_if(all, [this](const auto& tag) { return !tags_.Keeps(tag.first); });
        }) {}

  bool IsTransparent() const override { return TakesAll() && fields_.empty() && tags_.empty(); }

  Parts Split(point::Batch batch) const override {
    Parts parts{batch.EmptyLike(), batch.EmptyLike()};
    if (batch.empty()) return parts;
    if (!names_.Keeps(batch.measurement)) {
      parts.passed_by = std::move(batch);
      return parts;
    }
    if (tag_pass_.empty() && tag_drop_.empty()) {
      parts.taken = std::move(batch);
      return parts;
    }
    const std::vector<uint8_t> pass = tag_pass_.MatchSeries(batch);
    const std::vector<uint8_t> drop = tag_drop_.MatchSeries(batch);
    std::vector<uint32_t> taken, passed_by;
    for (size_t row = 0; row < batch.rows(); ++row) {
      const uint32_t series = batch.series[row];
      const bool takes = (tag_pass_.empty() || pass[series] != 0) && drop[series] == 0;
      (takes ? taken : passed_by).push_back(static_cast<uint32_t>(row));
    }
    if (passed_by.empty()) {
      parts.taken = std::move(batch);
    } else if (taken.empty()) {
      parts.passed_by = std::move(batch);
    } else {
      parts.taken = SelectRows(batch, taken);
      parts.passed_by = SelectRows(batch, passed_by);
    }
    return parts;
  }

  point::Batch Trim(point::Batch batch) const override {
    if (!fields_.empty()) {
      std::erase_if(batch.fields, [&](const point::FieldColumn& field) { return !fields_.Keeps(field.name()); });
      if (!HasFieldInEachRow(batch)) batch = SelectRows(batch, RowsWithField(batch));
    }
    if (DropsTagOf(batch.series_view)) drop_tags_.Apply(batch);
    return batch;
  }

 private:
  bool TakesAll() const { return names_.empty() && tag_pass_.empty() && tag_drop_.empty(); }

  static point::Batch SelectRows(const point::Batch& batch, const std::vector<uint32_t>& rows) {
    if (rows.size() == batch.rows()) return batch;
    point::Batch selected = batch.Select(rows);
    selected.DropEmptyColumns();
    return selected;
  }

  bool DropsTagOf(const point::SeriesView& view) const {
    if (tags_.empty()) return false;
    for (uint32_t i = 0; i < view.tag_column_count(); ++i) {
      if (!tags_.Keeps(view.column(i).name())) return true;
    }
    return false;
  }

  const IncludeExclude names_;
  const TagRules tag_pass_;
  const TagRules tag_drop_;
  const IncludeExclude fields_;
  const IncludeExclude tags_;
  mutable point::SeriesRewriter drop_tags_;  // locks itself
};

}  // namespace

Result<std::shared_ptr<const Filter>> Filter::Make(const config::FilterOptions& options) {
  if (!options.metricpass.empty()) {
    return Unsupported("option 'metricpass' (\"{}\") is not supported: use namepass, tagpass or a processor",
                       options.metricpass);
  }
  IncludeExclude names, fields, tags;
  FIRN_ASSIGN(names.include, CompileOption("namepass", options.namepass, options.namepass_separator));
  FIRN_ASSIGN(names.exclude, CompileOption("namedrop", options.namedrop, options.namedrop_separator));
  FIRN_ASSIGN(fields.include, CompileOption("fieldinclude", options.fieldinclude));
  FIRN_ASSIGN(fields.exclude, CompileOption("fieldexclude", options.fieldexclude));
  FIRN_ASSIGN(tags.include, CompileOption("taginclude", options.taginclude));
  FIRN_ASSIGN(tags.exclude, CompileOption("tagexclude", options.tagexclude));
  FIRN_ASSIGN(TagRules pass, TagRules::Compile("tagpass", options.tagpass));
  FIRN_ASSIGN(TagRules drop, TagRules::Compile("tagdrop", options.tagdrop));
  return std::shared_ptr<const Filter>(std::make_shared<OptionsFilter>(
      std::move(names), std::move(pass), std::move(drop), std::move(fields), std::move(tags)));
}

}  // namespace firn::filters
