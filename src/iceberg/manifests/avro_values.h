#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "formats/avro/decoder.h"
#include "formats/avro/schema.h"
#include "iceberg/spec/literal.h"

/// Reads single values by their Avro schema, whichever of the legal forms a writer chose (a plain type or a union with
/// null, int or long). A value of another form fails the decoder.

namespace firn::iceberg {

/// The type to read; null where the value is null.
const avro::Node* EnterUnion(avro::Decoder& decoder, const avro::Node& node);

std::optional<int64_t> ReadOptionalLong(avro::Decoder& decoder, const avro::Node& node);
std::optional<int32_t> ReadOptionalInt(avro::Decoder& decoder, const avro::Node& node);
std::optional<bool> ReadOptionalBoolean(avro::Decoder& decoder, const avro::Node& node);
std::optional<std::string> ReadOptionalText(avro::Decoder& decoder, const avro::Node& node);
std::string ReadText(avro::Decoder& decoder, const avro::Node& node);
/// An integer that is not negative.
int64_t ReadCount(avro::Decoder& decoder, const avro::Node& node);
/// An integer from 0 to `highest`.
int32_t ReadBounded(avro::Decoder& decoder, const avro::Node& node, int32_t highest);
/// Arrays of {key, value}; null leaves the map empty.
void ReadIntMap(avro::Decoder& decoder, const avro::Node& node, std::map<int32_t, int64_t>* map);
void ReadIntMap(avro::Decoder& decoder, const avro::Node& node, std::map<int32_t, std::string>* map);
void ReadLongList(avro::Decoder& decoder, const avro::Node& node, const std::function<void(int64_t)>& take);
/// Big-endian two's complement of at most 16 bytes.
Literal DecimalLiteral(avro::Decoder& decoder, std::string_view bytes);

}  // namespace firn::iceberg
