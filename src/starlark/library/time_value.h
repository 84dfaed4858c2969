#pragma once

#include <cstdint>
#include <string_view>

#include "formats/go_time/layout.h"
#include "starlark/library/time_source.h"
#include "starlark/runtime/heap.h"
#include "starlark/runtime/host_object.h"

/// The values of the module time: time.time and time.duration. Immutable.

namespace firn::starlark::library {

struct DurationObject : HostObject {
  using HostObject::HostObject;
  int64_t nanoseconds = 0;
};

/// An instant as a zone's clock shows it. Zones that have a name belong to the source; one that a parsed text gave as
/// an offset alone is in the object.
struct TimeObject : HostObject {
  using HostObject::HostObject;
  go_time::Instant instant;
  TimeSource* source = nullptr;
  const go_time::TimeZone* zone = nullptr;  ///< null: UTC, unless is_fixed
  bool is_fixed = false;
  int32_t offset_seconds = 0;  ///< if is_fixed
  Value abbreviation;          ///< if is_fixed: a string

  int32_t Offset() const {
    return is_fixed ? offset_seconds : zone != nullptr ? zone->Lookup(instant.seconds).offset_seconds : 0;
  }
};

Value MakeDuration(Heap& heap, int64_t nanoseconds);
Value MakeTime(Heap& heap, TimeSource& source, go_time::Instant instant, const go_time::TimeZone* zone);
/// What Layout::Parse gave for `zone`. Null when the heap's limit would be broken.
Value MakeParsedTime(Heap& heap, TimeSource& source, const go_time::ZonedTime& parsed, const go_time::TimeZone* zone);

/// Null for other values.
const DurationObject* AsDuration(const Value& value);
const TimeObject* AsTime(const Value& value);

/// A zone that `source` keeps, for functions that take shared ones.
std::shared_ptr<const go_time::TimeZone> Borrowed(const go_time::TimeZone* zone);

/// `left op right`, where one of them is a time or a duration; null without failure: not supported. (time_operators.cc)
Value TimeBinary(Thread& thread, BinaryOperator op, const Value& left, const Value& right);

}  // namespace firn::starlark::library
