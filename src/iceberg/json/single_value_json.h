#pragma once

#include <string>
#include <string_view>

#include "iceberg/spec/type.h"

/// The JSON form of one value, as in column defaults and REST expressions (Iceberg spec, "JSON single-value
/// serialization").

namespace firn::iceberg {

/// `json` is the text of one JSON value. kCorrupt where it is no value of `type`.
Result<Literal> ParseSingleValueJson(const Type& type, std::string_view json);
/// Requires a non-null value of `type`.
std::string SerializeSingleValue(const Type& type, const Literal& value);

}  // namespace firn::iceberg
