#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "iceberg/spec/type.h"

/// Values as people read them, in folder names and in messages.

namespace firn::iceberg {

/// `2024-02-29` from days since 1970.
std::string DateText(int64_t days);
/// `22:31:08.123456` with `digits` fraction digits; units are 10^-digits seconds of the day.
std::string TimeText(int64_t units, int digits);
/// `2017-11-16T22:31:08.123456`, the fraction always `digits` long.
std::string TimestampText(int64_t units, int digits);

/// Plain text of a non-null value: fractions without trailing zeros, times as Java's LocalTime (seconds left out when
/// zero), timestamps with zone get `+00:00`, bytes as base64.
std::string ValueText(const Type& type, const Literal& value);

/// Standard base64 with padding.
std::string Base64(std::string_view bytes);
/// `f79c3e09-677c-4bbd-a479-3f349cb785e7` from 16 bytes.
std::string UuidText(std::string_view bytes);

}  // namespace firn::iceberg
