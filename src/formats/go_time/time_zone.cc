#include "formats/go_time/time_zone.h"

#include <algorithm>

namespace firn::go_time {

TimeZone::TimeZone(std::vector<LocalTimeType> types, std::vector<Transition> transitions, std::optional<PosixRule> rule)
    : types_(std::move(types)), transitions_(std::move(transitions)), rule_(std::move(rule)) {}

const TimeZone& TimeZone::Utc() {
  static const TimeZone utc({{"UTC", 0, false}}, {}, std::nullopt);
  return utc;
}

std::shared_ptr<const TimeZone> TimeZone::Fixed(std::string abbreviation, int32_t offset_seconds) {
  return std::shared_ptr<const TimeZone>(
      new TimeZone({{std::move(abbreviation), offset_seconds, false}}, {}, std::nullopt));
}

/// RFC 9636 says type 0; files of old were written for the rule of tzcode 2013, which Go follows.
const LocalTimeType& TimeZone::TypeBeforeTransitions() const {
  const bool first_is_used =
      std::any_of(transitions_.begin(), transitions_.end(), [](const Transition& t) { return t.type == 0; });
  if (!first_is_used) return types_[0];
  if (types_[transitions_[0].type].is_daylight_saving) {
    for (size_t i = transitions_[0].type; i-- > 0;) {
      if (!types_[i].is_daylight_saving) return types_[i];
    }
  }
  for (const LocalTimeType& type : types_) {
    if (!type.is_daylight_saving) return type;
  }
  return types_[0];
}

ZonePeriod TimeZone::Lookup(int64_t seconds) const {
  ZonePeriod period;
  const auto next = std::upper_bound(transitions_.begin(), transitions_.end(), seconds,
                                     [](int64_t s, const Transition& transition) { return s < transition.at; });
  if (next != transitions_.end()) period.end = next->at;
  if (next == transitions_.end() && rule_) {
    const PosixRule::Period part = rule_->Lookup(seconds);
    if (!rule_->daylight && !transitions_.empty()) period.begin = transitions_.back().at;
    if (rule_->daylight) period.begin = part.begin;
    return {part.season->abbreviation, part.season->offset_seconds, period.begin, part.end};
  }
  const LocalTimeType* type = &TypeBeforeTransitions();
  if (next != transitions_.begin()) {
    period.begin = (next - 1)->at;
    type = &types_[(next - 1)->type];
  }
  period.abbreviation = type->abbreviation;
  period.offset_seconds = type->offset_seconds;
  return period;
}

int64_t TimeZone::ToUtc(int64_t local) const {
  const auto minus = [local](int32_t offset) {
    return static_cast<int64_t>(static_cast<uint64_t>(local) - static_cast<uint64_t>(int64_t{offset}));
  };
  // The offset in force when UTC shows `local` is right unless a change is near; then the one at that guess is.
  const ZonePeriod period = Lookup(local);
  const int64_t utc = minus(period.offset_seconds);
  if (utc >= period.begin && utc < period.end) return utc;
  return minus(Lookup(utc).offset_seconds);
}

std::optional<int32_t> TimeZone::OffsetOf(std::string_view abbreviation, int64_t local) const {
  std::optional<int32_t> any;
  for (const LocalTimeType& type : types_) {
    if (type.abbreviation != abbreviation) continue;
    if (!any) any = type.offset_seconds;
    const auto utc =
        static_cast<int64_t>(static_cast<uint64_t>(local) - static_cast<uint64_t>(int64_t{type.offset_seconds}));
    const ZonePeriod period = Lookup(utc);
    if (period.abbreviation == abbreviation) return period.offset_seconds;
  }
  return any;
}

bool IsZoneName(std::string_view name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string_view::npos &&
         name.find_first_of(std::string_view("\\\0", 2)) == std::string_view::npos;
}

Result<std::shared_ptr<const TimeZone>> LoadLocation(const std::string& name, ZoneLoader& loader) {
  if (name.empty() || name == "UTC") return std::shared_ptr<const TimeZone>();
  if (name == "Local") return loader.Local();
  if (!IsZoneName(name)) return InvalidInput("time: invalid location name");
  Result<std::shared_ptr<const TimeZone>> zone = loader.Load(name);
  if (!zone.ok()) return InvalidInput("unknown time zone {}", name);
  return zone;
}

}  // namespace firn::go_time
