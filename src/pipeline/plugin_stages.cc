#include "pipeline/plugin_stages.h"

#include <algorithm>

#include "point/series_rewriter.h"

namespace firn::pipeline {
namespace {

class Select final : public Stage {
 public:
  explicit Select(std::shared_ptr<const filters::Filter> filter) : filter_(std::move(filter)) {}
  Status Apply(point::Batch batch, std::vector<point::Batch>& out) const override {
    out.push_back(filter_->Split(std::move(batch)).taken);
    return OkStatus();
  }

 private:
  const std::shared_ptr<const filters::Filter> filter_;
};

class Trim final : public Stage {
 public:
  explicit Trim(std::shared_ptr<const filters::Filter> filter) : filter_(std::move(filter)) {}
  Status Apply(point::Batch batch, std::vector<point::Batch>& out) const override {
    out.push_back(filter_->Trim(std::move(batch)));
    return OkStatus();
  }

 private:
  const std::shared_ptr<const filters::Filter> filter_;
};

class Naming final : public Stage {
 public:
  explicit Naming(config::NamingOptions naming) : naming_(std::move(naming)) {}
  Status Apply(point::Batch batch, std::vector<point::Batch>& out) const override {
    if (!naming_.name_override.empty()) batch.measurement = naming_.name_override;
    batch.measurement = naming_.name_prefix + batch.measurement + naming_.name_suffix;
    out.push_back(std::move(batch));
    return OkStatus();
  }

 private:
  const config::NamingOptions naming_;
};

class AddTags final : public Stage {
 public:
  explicit AddTags(config::StringMap tags)
      : rewriter_([tags = std::move(tags)](point::MutableTags& series) {
          for (const auto& tag : tags) {
            const bool there = std::any_of(series.begin(), series.end(),
                                           [&tag](const auto& present) { return present.first == tag.first; });
            if (!there) series.push_back(tag);
          }
        }) {}
  Status Apply(point::Batch batch, std::vector<point::Batch>& out) const override {
    rewriter_.Apply(batch);
    out.push_back(std::move(batch));
    return OkStatus();
  }

 private:
  mutable point::SeriesRewriter rewriter_;  // thread-safe: a memo of series
};

__extension__ using Wide = __int128;
constexpr Wide kNanosecondsFromYear1To1970 = Wide{62'135'596'800} * 1'000'000'000;

/// Rounds to multiples that count from the year 1, as Go's time does: it matters for units such as 7 s.
class RoundTimes final : public Stage {
 public:
  explicit RoundTimes(std::chrono::nanoseconds precision) : unit_(precision.count()) {}
  Status Apply(point::Batch batch, std::vector<point::Batch>& out) const override {
    for (int64_t& time : batch.times) time = Round(time);
    out.push_back(std::move(batch));
    return OkStatus();
  }

 private:
  int64_t Round(int64_t time) const {
    const Wide since_year_1 = kNanosecondsFromYear1To1970 + time;  // > 0 for every int64 time
    const auto past = static_cast<int64_t>(since_year_1 % unit_);
    int64_t rounded = 0;
    const int64_t step = past < unit_ - past ? -past : unit_ - past;
    return __builtin_add_overflow(time, step, &rounded) ? time : rounded;
  }
  const int64_t unit_;
};

class RunProcessor final : public Stage {
 public:
  RunProcessor(std::shared_ptr<const filters::Filter> filter, std::shared_ptr<processors::Processor> processor)
      : filter_(std::move(filter)), processor_(std::move(processor)) {}
  Status Apply(point::Batch batch, std::vector<point::Batch>& out) const override {
    const auto emit = [&out](point::Batch emitted) {
      out.push_back(std::move(emitted));
      return OkStatus();
    };
    if (filter_->IsTransparent()) return processor_->Process(std::move(batch), emit);
    filters::Filter::Parts parts = filter_->Split(std::move(batch));
    if (!parts.passed_by.empty()) out.push_back(std::move(parts.passed_by));
    point::Batch taken = filter_->Trim(std::move(parts.taken));
    return taken.empty() ? OkStatus() : processor_->Process(std::move(taken), emit);
  }

 private:
  const std::shared_ptr<const filters::Filter> filter_;
  const std::shared_ptr<processors::Processor> processor_;
};

}  // namespace

std::shared_ptr<const Stage> SelectStage(std::shared_ptr<const filters::Filter> filter) {
  return std::make_shared<Select>(std::move(filter));
}
std::shared_ptr<const Stage> TrimStage(std::shared_ptr<const filters::Filter> filter) {
  return std::make_shared<Trim>(std::move(filter));
}
std::shared_ptr<const Stage> NamingStage(config::NamingOptions naming) {
  return std::make_shared<Naming>(std::move(naming));
}
std::shared_ptr<const Stage> TagStage(config::StringMap tags) {
  return std::make_shared<AddTags>(std::move(tags));
}
std::shared_ptr<const Stage> PrecisionStage(std::chrono::nanoseconds precision) {
  return std::make_shared<RoundTimes>(precision);
}
std::shared_ptr<const Stage> ProcessorStage(std::shared_ptr<const filters::Filter> filter,
                                            std::shared_ptr<processors::Processor> processor) {
  return std::make_shared<RunProcessor>(std::move(filter), std::move(processor));
}

}  // namespace firn::pipeline
