#include "starlark/library/time_value.h"

#include <algorithm>
#include <array>
#include <string>

#include "formats/go_time/duration.h"
#include "starlark/number/order.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

namespace firn::starlark::library {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
/// The beginning of the year 1, where Go's time is zero.
constexpr int64_t kZeroTime = -62'135'596'800;

/// All times have the same attributes, and all durations.
constexpr uint64_t kLayout = 1;

template <size_t kSize>
HostType::Slot FindName(const std::array<std::string_view, kSize>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? HostType::kNoSlot : static_cast<HostType::Slot>(found - names.begin());
}

constexpr std::array<std::string_view, 6> kDurationAttributes = {"hours",   "microseconds", "milliseconds",
                                                                 "minutes", "nanoseconds",  "seconds"};

const DurationObject& ThisDuration(const HostObject& object) {
  return static_cast<const DurationObject&>(object);
}

/// Whole units and the rest as a fraction, as Go computes it: exact for most.
double InUnits(int64_t nanoseconds, int64_t unit) {
  return static_cast<double>(nanoseconds / unit) + static_cast<double>(nanoseconds % unit) / static_cast<double>(unit);
}

class DurationType final : public HostType {
 public:
  std::string_view name() const override { return "time.duration"; }
  void Repr(Thread&, const HostObject& object, std::string& out) const override {
    out.append(go_time::FormatDuration(ThisDuration(object).nanoseconds));
  }
  bool Truth(const HostObject& object) const override { return ThisDuration(object).nanoseconds != 0; }
  Value Attr(Thread& thread, HostObject& object, std::string_view attribute) const override {
    const Slot slot = FindAttr(object, attribute);
    if (slot != kNoSlot) return AttrAt(thread, object, slot);
    return thread.Fail("unrecognized time.duration attribute \"{}\"", attribute);
  }
  void AppendAttrNames(const HostObject&, std::vector<std::string>& names) const override {
    names.insert(names.end(), kDurationAttributes.begin(), kDurationAttributes.end());
  }
  Slot FindAttr(const HostObject&, std::string_view attribute) const override {
    return FindName(kDurationAttributes, attribute);
  }
  Value AttrAt(Thread&, HostObject& object, Slot slot) const override {
    const int64_t nanoseconds = ThisDuration(object).nanoseconds;
    switch (slot) {
      case 0:
        return Value::Float(InUnits(nanoseconds, 3600 * kSecond));
      case 1:
        return Value::Int(nanoseconds / 1000);
      case 2:
        return Value::Int(nanoseconds / 1'000'000);
      case 3:
        return Value::Float(InUnits(nanoseconds, 60 * kSecond));
      case 4:
        return Value::Int(nanoseconds);
      default:
        return Value::Float(InUnits(nanoseconds, kSecond));
    }
  }
  Value Binary(Thread& thread, BinaryOperator op, const Value& left, const Value& right) const override {
    return TimeBinary(thread, op, left, right);
  }
  bool Equal(Thread&, const HostObject& a, const HostObject& b) const override {
    return ThisDuration(a).nanoseconds == ThisDuration(b).nanoseconds;
  }
  bool is_ordered() const override { return true; }
  int Compare(Thread&, const HostObject& a, const HostObject& b) const override {
    const int64_t left = ThisDuration(a).nanoseconds, right = ThisDuration(b).nanoseconds;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  bool is_hashable() const override { return true; }
  uint64_t Hash(const HostObject& object) const override { return number::HashInt(ThisDuration(object).nanoseconds); }
};

constexpr std::array<std::string_view, 9> kTimeAttributes = {"day",    "hour", "minute",    "month", "nanosecond",
                                                             "second", "unix", "unix_nano", "year"};

const TimeObject& ThisTime(const HostObject& object) {
  return static_cast<const TimeObject&>(object);
}

go_time::ZonedTime Zoned(const TimeObject& time) {
  if (!time.is_fixed) return {time.instant, Borrowed(time.zone)};
  return {time.instant, go_time::TimeZone::Fixed(std::string(time.abbreviation.AsString()), time.offset_seconds)};
}

/// Beyond what int64 holds it wraps around, as in Go.
int64_t UnixNanoseconds(const go_time::Instant& instant) {
  return static_cast<int64_t>(static_cast<uint64_t>(instant.seconds) * static_cast<uint64_t>(kSecond) +
                              static_cast<uint64_t>(int64_t{instant.nanosecond}));
}

Value Format(Thread& thread, const Arguments& arguments) {
  std::string_view layout;
  if (!UnpackPositional(thread, arguments, 1, {{"layout", &layout}}) || !thread.ChargeSteps(layout.size() / 8))
    return {};
  std::string out;
  go_time::Layout(layout).Format(Zoned(*AsTime(arguments.self)), out);
  return thread.Checked(MakeString(thread.heap(), out));
}

Value InLocation(Thread& thread, const Arguments& arguments) {
  std::string_view name;
  if (!UnpackPositional(thread, arguments, 1, {{"name", &name}})) return {};
  const TimeObject& time = *AsTime(arguments.self);
  const Result<const go_time::TimeZone*> zone = time.source->Find(std::string(name));
  if (!zone.ok()) return thread.FailWith(zone.error().message());
  return MakeTime(thread.heap(), *time.source, time.instant, *zone);
}

constexpr NativeDefinition kTimeMethods[] = {{"format", Format}, {"in_location", InLocation}};

class TimeType final : public HostType {
 public:
  std::string_view name() const override { return "time.time"; }
  void Repr(Thread&, const HostObject& object, std::string& out) const override {
    out.append(go_time::DisplayText(Zoned(ThisTime(object))));
  }
  bool Truth(const HostObject& object) const override {
    return ThisTime(object).instant != go_time::Instant{kZeroTime, 0};
  }
  void Trace(HostObject& object, Marker& marker) const override { marker.Mark(ThisTime(object).abbreviation); }
  void Freeze(HostObject&) const override {}
  NativeTable methods() const override { return kTimeMethods; }
  Value Attr(Thread& thread, HostObject& object, std::string_view attribute) const override {
    const Slot slot = FindAttr(object, attribute);
    return slot == kNoSlot ? Value() : AttrAt(thread, object, slot);
  }
  void AppendAttrNames(const HostObject&, std::vector<std::string>& names) const override {
    names.insert(names.end(), kTimeAttributes.begin(), kTimeAttributes.end());
  }
  Slot FindAttr(const HostObject&, std::string_view attribute) const override {
    return FindName(kTimeAttributes, attribute);
  }
  Value AttrAt(Thread&, HostObject& object, Slot slot) const override {
    const TimeObject& time = ThisTime(object);
    if (slot == 4) return Value::Int(time.instant.nanosecond);
    if (slot == 6) return Value::Int(time.instant.seconds);
    if (slot == 7) return Value::Int(UnixNanoseconds(time.instant));
    const auto local = static_cast<int64_t>(static_cast<uint64_t>(time.instant.seconds) +
                                            static_cast<uint64_t>(int64_t{time.Offset()}));
    const go_time::CivilTime civil = go_time::CivilFromSeconds(local);
    switch (slot) {
      case 0:
        return Value::Int(civil.date.day);
      case 1:
        return Value::Int(civil.hour);
      case 2:
        return Value::Int(civil.minute);
      case 3:
        return Value::Int(civil.date.month);
      case 5:
        return Value::Int(civil.second);
      default:
        return Value::Int(civil.date.year);
    }
  }
  Value Binary(Thread& thread, BinaryOperator op, const Value& left, const Value& right) const override {
    return TimeBinary(thread, op, left, right);
  }
  bool Equal(Thread&, const HostObject& a, const HostObject& b) const override {
    return ThisTime(a).instant == ThisTime(b).instant;
  }
  bool is_ordered() const override { return true; }
  int Compare(Thread&, const HostObject& a, const HostObject& b) const override {
    const auto order = ThisTime(a).instant <=> ThisTime(b).instant;
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  bool is_hashable() const override { return true; }
  uint64_t Hash(const HostObject& object) const override {
    return number::HashInt(UnixNanoseconds(ThisTime(object).instant));
  }
};

const DurationType kDurationType;
const TimeType kTimeType;

const HostType* TypeOf(const Value& value) {
  return value.is(Kind::kHost) ? value.As<HostObject>()->type : nullptr;
}

}  // namespace

Value MakeDuration(Heap& heap, int64_t nanoseconds) {
  auto* duration = NewHost<DurationObject>(heap, kDurationType);
  duration->layout = kLayout;
  duration->nanoseconds = nanoseconds;
  return Value::Of(static_cast<HostObject*>(duration));
}

Value MakeTime(Heap& heap, TimeSource& source, go_time::Instant instant, const go_time::TimeZone* zone) {
  auto* time = NewHost<TimeObject>(heap, kTimeType);
  time->layout = kLayout;
  time->source = &source;
  time->instant = instant;
  time->zone = zone;
  return Value::Of(static_cast<HostObject*>(time));
}

Value MakeParsedTime(Heap& heap, TimeSource& source, const go_time::ZonedTime& parsed, const go_time::TimeZone* zone) {
  if (parsed.zone == nullptr || parsed.zone.get() == zone)
    return MakeTime(heap, source, parsed.instant, parsed.zone.get());
  const go_time::ZonePeriod period = parsed.zone->Lookup(0);
  const Value abbreviation = MakeString(heap, period.abbreviation);
  if (abbreviation.is_null()) return {};
  const Value value = MakeTime(heap, source, parsed.instant, nullptr);
  auto& time = static_cast<TimeObject&>(*value.As<HostObject>());
  time.is_fixed = true;
  time.offset_seconds = period.offset_seconds;
  time.abbreviation = abbreviation;
  return value;
}

const DurationObject* AsDuration(const Value& value) {
  return TypeOf(value) == &kDurationType ? static_cast<const DurationObject*>(value.As<HostObject>()) : nullptr;
}

const TimeObject* AsTime(const Value& value) {
  return TypeOf(value) == &kTimeType ? static_cast<const TimeObject*>(value.As<HostObject>()) : nullptr;
}

std::shared_ptr<const go_time::TimeZone> Borrowed(const go_time::TimeZone* zone) {
  return {std::shared_ptr<void>(), zone};
}

}  // namespace firn::starlark::library
