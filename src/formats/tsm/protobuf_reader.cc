#include "formats/tsm/protobuf_reader.h"

namespace firn::tsm {
namespace {

enum WireType : uint64_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

}  // namespace

Result<std::optional<ProtobufReader::Field>> ProtobufReader::Next() {
  if (reader_.empty()) return std::optional<Field>();
  const size_t offset = reader_.offset();
  const Error torn = Corrupt("protobuf: the field at byte {} is not whole", offset);
  const std::optional<uint64_t> tag = reader_.Uvarint();
  if (!tag) return torn;
  Field field;
  field.number = *tag >> 3;
  std::optional<uint64_t> integer = 0;
  std::optional<std::string_view> bytes = std::string_view();
  switch (*tag & 7) {
    case kVarint:
      integer = reader_.Uvarint();
      break;
    case kFixed64:
    case kFixed32:
      // Not used by InfluxDB's messages: passed over.
      bytes = reader_.Bytes((*tag & 7) == kFixed64 ? 8 : 4);
      break;
    case kLengthDelimited:
      integer = reader_.Uvarint();
      bytes = integer ? reader_.Bytes(*integer) : std::nullopt;
      break;
    default:
      return Corrupt("protobuf: wire type {} at byte {}", *tag & 7, offset);
  }
  if (!integer || !bytes) return torn;
  field.integer = *integer;
  field.bytes = *bytes;
  return std::optional(field);
}

}  // namespace firn::tsm
