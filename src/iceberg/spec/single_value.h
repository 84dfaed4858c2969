#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "iceberg/spec/type.h"

/// The binary form of one value, as in column bounds and partition summaries (Iceberg spec, "Binary single-value
/// serialization").

namespace firn::iceberg {

/// `value` must be a non-null value of `type`; kInvalidInput for types without a binary form.
Result<std::string> ToSingleValueBytes(const Type& type, const Literal& value);

/// Accepts the narrower forms that files from before a promotion hold (int for long, float for double, date for
/// timestamp). kCorrupt where the length does not fit.
Result<Literal> FromSingleValueBytes(const Type& type, std::string_view bytes);

/// Shortest big-endian two's complement: 1420 → 058c, 0 → 00, -1 → ff.
std::string DecimalBytes(Int128 unscaled);
/// kCorrupt for no bytes, or for more than 16.
Result<Int128> DecimalFromBytes(std::string_view bytes);

/// The first `length` code points (string) or bytes (binary): a lower bound.
std::string TruncateLowerBound(TypeId type, std::string_view value, int32_t length);
/// The least value of at most `length` code points or bytes that is not below `value`; absent where there is none.
std::optional<std::string> TruncateUpperBound(TypeId type, std::string_view value, int32_t length);

}  // namespace firn::iceberg
