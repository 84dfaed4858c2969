#include <string>

#include "formats/go_time/duration.h"
#include "starlark/library/module.h"
#include "starlark/library/modules.h"
#include "starlark/library/time_value.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

/// The module time.

namespace firn::starlark {
namespace {

using library::AsDuration;
using library::MakeDuration;
using library::MakeTime;

/// What the module's functions are bound to: where time and zones come from.
struct SourceObject : HostObject {
  using HostObject::HostObject;
  TimeSource* source = nullptr;
};

class SourceType final : public HostType {
 public:
  std::string_view name() const override { return "time.source"; }
  void Repr(Thread&, const HostObject&, std::string& out) const override { out.append("<time.source>"); }
};

const SourceType kSourceType;

TimeSource& Source(const Arguments& arguments) {
  return *static_cast<const SourceObject&>(*arguments.self.As<HostObject>()).source;
}

Value FromTimestamp(Thread& thread, const Arguments& arguments) {
  int64_t seconds = 0;
  int64_t nanoseconds = 0;
  if (!UnpackPositional(thread, arguments, 1, {{"sec", &seconds}, {"nsec", &nanoseconds}})) return {};
  go_time::CivilFields fields{1970, 1, 1, 0, 0, seconds, nanoseconds};
  TimeSource& source = Source(arguments);
  return MakeTime(thread.heap(), source, go_time::NormalizedSeconds(fields), source.Local());
}

Value IsValidTimezone(Thread& thread, const Arguments& arguments) {
  std::string_view name;
  if (!UnpackPositional(thread, arguments, 1, {{"name", &name}})) return {};
  return Value::Bool(Source(arguments).Find(std::string(name)).ok());
}

Value Now(Thread& thread, const Arguments& arguments) {
  TimeSource& source = Source(arguments);
  return MakeTime(thread.heap(), source, source.Now(), source.Local());
}

Value ParseDuration(Thread& thread, const Arguments& arguments) {
  Value text;
  if (!UnpackPositional(thread, arguments, 1, {{"d", &text}})) return {};
  if (AsDuration(text) != nullptr) return text;
  if (!text.is_string()) {
    return thread.Fail("parse_duration: for parameter 1: got {}, want a duration, string, or int", TypeName(text));
  }
  const Result<int64_t> duration = go_time::ParseDuration(text.AsString());
  if (!duration.ok()) return thread.Fail("parse_duration: for parameter 1: {}", duration.error().message());
  return MakeDuration(thread.heap(), *duration);
}

Value ParseTime(Thread& thread, const Arguments& arguments) {
  std::string_view text;
  std::string_view format = go_time::kRfc3339;
  std::string_view location = "UTC";
  if (!Unpack(thread, arguments, {{"x", &text}, {"format?", &format}, {"location?", &location}})) return {};
  if (!thread.ChargeSteps((text.size() + format.size()) / 8)) return {};
  TimeSource& source = Source(arguments);
  const Result<const go_time::TimeZone*> zone = source.Find(std::string(location));
  if (!zone.ok()) return thread.FailWith(zone.error().message());
  // For UTC, offsets and abbreviations are compared with the machine's zone, as Go's time.Parse does.
  const go_time::TimeZone* local = location == "UTC" ? source.Local() : *zone;
  const Result<go_time::ZonedTime> time =
      go_time::Layout(format).Parse(text, library::Borrowed(*zone), library::Borrowed(local));
  if (!time.ok()) return thread.FailWith(time.error().message());
  return thread.Checked(library::MakeParsedTime(thread.heap(), source, *time, local));
}

Value NewTime(Thread& thread, const Arguments& arguments) {
  go_time::CivilFields fields;
  std::string_view location;
  if (!Unpack(thread, arguments,
              {{"year?", &fields.year},
               {"month?", &fields.month},
               {"day?", &fields.day},
               {"hour?", &fields.hour},
               {"minute?", &fields.minute},
               {"second?", &fields.second},
               {"nanosecond?", &fields.nanosecond},
               {"location?", &location}})) {
    return {};
  }
  if (arguments.size() > 0) return thread.Fail("time: unexpected positional arguments");
  TimeSource& source = Source(arguments);
  const Result<const go_time::TimeZone*> zone = source.Find(std::string(location));
  if (!zone.ok()) return thread.FailWith(zone.error().message());
  go_time::Instant instant = go_time::NormalizedSeconds(fields);
  if (*zone != nullptr) instant.seconds = (*zone)->ToUtc(instant.seconds);
  return MakeTime(thread.heap(), source, instant, *zone);
}

constexpr NativeDefinition kFunctions[] = {
    {"from_timestamp", FromTimestamp},
    {"is_valid_timezone", IsValidTimezone},
    {"now", Now},
    {"parse_duration", ParseDuration},
    {"parse_time", ParseTime},
    {"time", NewTime},
};

constexpr ModuleDefinition kTime{"time", kFunctions};

}  // namespace

Value MakeTimeModule(Heap& heap, TimeSource& source) {
  auto* bound = NewHost<SourceObject>(heap, kSourceType);
  bound->source = &source;
  const NamedValue constants[] = {
      {"hour", MakeDuration(heap, 3'600'000'000'000)}, {"microsecond", MakeDuration(heap, 1'000)},
      {"millisecond", MakeDuration(heap, 1'000'000)},  {"minute", MakeDuration(heap, 60'000'000'000)},
      {"nanosecond", MakeDuration(heap, 1)},           {"second", MakeDuration(heap, 1'000'000'000)},
  };
  return MakeModule(heap, kTime, constants, Value::Of(static_cast<HostObject*>(bound)));
}

}  // namespace firn::starlark
