#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "formats/avro/decoder.h"
#include "formats/avro/schema.h"

/// Avro object container files (docs/formats/avro.md): `Obj` 1, a map of metadata, a sync marker, blocks.

namespace firn::avro {

struct ContainerHeader {
  std::map<std::string, std::string> metadata;  ///< `avro.schema` and `avro.codec` included
  NodePtr schema;
  std::string codec;
};

struct ContainerLimits {
  uint64_t block_bytes = uint64_t{1} << 30;  ///< of one block, decompressed
  uint64_t total_bytes = uint64_t{4} << 30;  ///< of all blocks, decompressed
};

/// Reads the header alone.
Result<ContainerHeader> ReadContainerHeader(std::string_view file);

/// Decodes every block (codecs null, deflate, zstandard, snappy) and calls `record` once a record, with a decoder that
/// stands at its first byte. `record` must read exactly one value of the header's schema. kCorrupt for damaged bytes
/// (magic, counts, sync markers, checksums, blocks with bytes left over), kUnsupported for other codecs.
Status ReadContainer(std::string_view file, const ContainerLimits& limits,
                     const std::function<Status(const ContainerHeader&, Decoder&)>& record);

struct ContainerOptions {
  std::string schema_json;                      ///< written verbatim
  std::string codec = "deflate";                ///< null, deflate, zstandard
  std::map<std::string, std::string> metadata;  ///< beside `avro.schema` and `avro.codec`
};

/// Builds a container in memory. The sync marker is a digest of schema and first block, so equal input gives equal
/// bytes.
class ContainerWriter {
 public:
  /// kUnsupported for a codec that is not written.
  static Result<ContainerWriter> Make(ContainerOptions options);

  /// Adds one encoded datum.
  Status Append(std::string_view datum);
  /// The whole file; the writer must not be used again.
  Result<std::string> Finish();

 private:
  explicit ContainerWriter(ContainerOptions options) : options_(std::move(options)) {}
  Status FlushBlock();

  ContainerOptions options_;
  std::string file_;
  std::string sync_;
  std::string block_;
  int64_t block_records_ = 0;
};

}  // namespace firn::avro
