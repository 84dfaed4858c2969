#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "formats/tsm/byte_reader.h"

namespace firn::tsm {

/// Walks the fields of one protobuf message, without a schema: enough for the few small messages that InfluxDB keeps
/// beside its shards.
class ProtobufReader {
 public:
  struct Field {
    uint64_t number = 0;
    uint64_t integer = 0;    ///< of a varint or fixed-width field
    std::string_view bytes;  ///< of a length-delimited field: text or another message
  };

  explicit ProtobufReader(std::string_view message) : reader_(message) {}

  /// The next field, none at the end; kCorrupt when it is not whole.
  Result<std::optional<Field>> Next();

 private:
  ByteReader reader_;
};

/// Calls `visit`, which gives a Status, for each field of `message`.
template <typename Visit>
Status ForEachField(std::string_view message, Visit visit) {
  ProtobufReader reader(message);
  while (true) {
    FIRN_ASSIGN(const auto field, reader.Next());
    if (!field) return OkStatus();
    FIRN_TRY(visit(*field));
  }
}

}  // namespace firn::tsm
