#include "inputs/decode_body.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "point/series_table.h"

namespace firn::inputs {
namespace {

constexpr uint32_t kUnmapped = 0xffffffff;
// So many source tables are remembered; then all are forgotten.
constexpr size_t kTablesKept = 4'096;

/// `tags` (sorted by key) with `extra` added or put in the place of equal keys, sorted. An empty value adds nothing.
void MergeTags(const std::vector<point::Tag>& tags, const ExtraTags& extra, std::vector<point::Tag>& merged) {
  merged.clear();
  for (const point::Tag& tag : tags) {
    const bool replaced = std::any_of(
        extra.begin(), extra.end(), [&](const auto& added) { return added.first == tag.key && !added.second.empty(); });
    if (!replaced) merged.push_back(tag);
  }
  for (size_t i = 0; i < extra.size(); ++i) {
    const bool named_later = std::any_of(extra.begin() + static_cast<ptrdiff_t>(i) + 1, extra.end(),
                                         [&](const auto& later) { return later.first == extra[i].first; });
    if (!named_later && !extra[i].first.empty() && !extra[i].second.empty()) {
      merged.push_back({extra[i].first, extra[i].second});
    }
  }
  std::sort(merged.begin(), merged.end());
}

/// A series table of the parser and its counterpart with the extra tags.
struct TaggedTable {
  std::shared_ptr<const point::SeriesTable> source;
  std::shared_ptr<point::SeriesTable> target = std::make_shared<point::SeriesTable>();
  std::vector<uint32_t> target_of_source;
};

}  // namespace

class BodyDecoder::Impl {
 public:
  explicit Impl(line_protocol::ParserOptions options) : options_(std::move(options)) {}

  std::vector<point::Batch> Decode(const PushedBody& body, line_protocol::ParseErrors& errors) {
    last_ = &ParserFor(body.grammar);
    last_->set_precision_ns(body.precision_ns);
    std::vector<point::Batch> batches = last_->Parse(body.body, body.arrival_ns, errors);
    if (tags_ != body.tags || tables_.size() > kTablesKept) {
      tags_ = body.tags;
      tables_.clear();
    }
    for (point::Batch& batch : batches) {
      batch.database = body.database;
      if (!tags_.empty()) AddTags(batch);
    }
    return batches;
  }

  bool all_lines_timed() const { return last_ == nullptr || last_->all_lines_timed(); }

 private:
  line_protocol::LineProtocolParser& ParserFor(LineGrammar grammar) {
    auto& parser = parsers_[std::min<size_t>(static_cast<size_t>(grammar), parsers_.size() - 1)];
    if (!parser) {
      line_protocol::ParserOptions options = options_;
      if (grammar == LineGrammar::kInfluxDb) options.dialect = line_protocol::Dialect::InfluxDb();
      if (grammar == LineGrammar::kTelegraf) options.dialect = line_protocol::Dialect::Telegraf();
      parser.emplace(std::move(options));
    }
    return *parser;
  }

  void AddTags(point::Batch& batch) {
    TaggedTable& table = tables_[batch.series_view.table().get()];
    if (!table.source) table.source = batch.series_view.table();
    table.target_of_source.resize(batch.series_view.series_count(), kUnmapped);
    for (uint32_t& series : batch.series) {
      uint32_t& mapped = table.target_of_source[series];
      if (mapped == kUnmapped) {
        MergeTags(batch.series_view.TagsOf(series), tags_, merged_);
        mapped = table.target->FindOrAdd(merged_);
      }
      series = mapped;
    }
    batch.series_view = point::SeriesView(table.target);
  }

  const line_protocol::ParserOptions options_;  // its dialect is that of LineGrammar::kFirn
  std::array<std::optional<line_protocol::LineProtocolParser>, 3> parsers_;  // one a LineGrammar, made when needed
  line_protocol::LineProtocolParser* last_ = nullptr;
  ExtraTags tags_;
  std::unordered_map<const point::SeriesTable*, TaggedTable> tables_;  // each holds its key's table
  std::vector<point::Tag> merged_;
};

BodyDecoder::BodyDecoder(line_protocol::ParserOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
BodyDecoder::~BodyDecoder() = default;
BodyDecoder::BodyDecoder(BodyDecoder&&) noexcept = default;
BodyDecoder& BodyDecoder::operator=(BodyDecoder&&) noexcept = default;

std::vector<point::Batch> BodyDecoder::Decode(const PushedBody& body, line_protocol::ParseErrors& errors) {
  return impl_->Decode(body, errors);
}

bool BodyDecoder::all_lines_timed() const {
  return impl_->all_lines_timed();
}

std::vector<point::Batch> DecodeBody(const PushedBody& body) {
  BodyDecoder decoder;
  line_protocol::ParseErrors errors;
  return decoder.Decode(body, errors);
}

}  // namespace firn::inputs
