#include "formats/avro/container.h"

#include "base/checksum.h"
#include "formats/avro/codec.h"
#include "formats/avro/encoder.h"

namespace firn::avro {
namespace {

constexpr std::string_view kMagic("Obj\1", 4);
constexpr int64_t kSyncBytes = 16;
constexpr size_t kBlockBytes = 64 * 1024;
constexpr size_t kMaximumMetadataEntries = 10'000;

/// Reads magic, metadata and schema; `sync` gets the marker, and `decoder` stands at the first block afterwards.
Result<ContainerHeader> ReadHeader(Decoder& decoder, std::string_view* sync) {
  if (decoder.ReadFixed(static_cast<int64_t>(kMagic.size())) != kMagic) return Corrupt("not an Avro file");
  ContainerHeader header;
  decoder.ReadBlocks([&] {
    std::string key(decoder.ReadBytes());
    header.metadata[std::move(key)] = std::string(decoder.ReadBytes());
    if (header.metadata.size() > kMaximumMetadataEntries) decoder.Fail();
  });
  *sync = decoder.ReadFixed(kSyncBytes);
  if (!decoder.ok()) return Corrupt("Avro header is damaged");
  const auto schema = header.metadata.find("avro.schema");
  if (schema == header.metadata.end()) return Corrupt("Avro header without a schema");
  FIRN_ASSIGN(header.schema, ParseSchema(schema->second));
  const auto codec = header.metadata.find("avro.codec");
  header.codec = codec == header.metadata.end() ? "null" : codec->second;
  return header;
}

Status ReadRecords(const ContainerHeader& header, std::string_view block, int64_t count,
                   const std::function<Status(const ContainerHeader&, Decoder&)>& record) {
  Decoder decoder(block);
  int64_t empty_records = 0;
  for (int64_t i = 0; i < count; ++i) {
    const size_t before = decoder.remaining();
    FIRN_TRY(record(header, decoder));
    if (!decoder.ok()) return Corrupt("Avro block is damaged at record {} of {}", i + 1, count);
    if (decoder.remaining() == before && ++empty_records > Decoder::kMaximumEmptyItems) {
      return Corrupt("Avro block claims {} records of no bytes", count);
    }
  }
  if (!decoder.at_end()) return Corrupt("Avro block has {} bytes after its last record", decoder.remaining());
  return OkStatus();
}

}  // namespace

Result<ContainerHeader> ReadContainerHeader(std::string_view file) {
  Decoder decoder(file);
  std::string_view sync;
  return ReadHeader(decoder, &sync);
}

Status ReadContainer(std::string_view file, const ContainerLimits& limits,
                     const std::function<Status(const ContainerHeader&, Decoder&)>& record) {
  Decoder decoder(file);
  std::string_view sync;
  FIRN_ASSIGN(const ContainerHeader header, ReadHeader(decoder, &sync));
  uint64_t total = 0;
  while (!decoder.at_end()) {
    const int64_t count = decoder.ReadLong();
    const std::string_view stored = decoder.ReadBytes();
    const std::string_view marker = decoder.ReadFixed(kSyncBytes);
    if (!decoder.ok() || count < 0) return Corrupt("Avro file is cut or damaged in a block's header");
    if (marker != sync) return Corrupt("Avro block ends with a wrong sync marker");
    FIRN_ASSIGN(const std::string block, DecompressBlock(header.codec, stored, limits.block_bytes));
    total += block.size();
    if (total > limits.total_bytes)
      return ResourceExhausted("Avro file is larger than {} bytes when decompressed", limits.total_bytes);
    FIRN_TRY(ReadRecords(header, block, count, record));
  }
  return OkStatus();
}

Result<ContainerWriter> ContainerWriter::Make(ContainerOptions options) {
  if (!CanCompress(options.codec)) return Unsupported("Avro codec that Firn does not write: {}", options.codec);
  return ContainerWriter(std::move(options));
}

Status ContainerWriter::Append(std::string_view datum) {
  block_.append(datum);
  ++block_records_;
  return block_.size() >= kBlockBytes ? FlushBlock() : OkStatus();
}

Result<std::string> ContainerWriter::Finish() {
  FIRN_TRY(FlushBlock());
  return std::move(file_);
}

Status ContainerWriter::FlushBlock() {
  if (file_.empty()) {
    const Digest128 digest = ContentDigest(options_.schema_json + block_);
    sync_.assign(digest.begin(), digest.end());
    std::map<std::string, std::string> metadata = options_.metadata;
    metadata["avro.schema"] = options_.schema_json;
    metadata["avro.codec"] = options_.codec;
    Encoder header;
    header.WriteFixed(kMagic);
    header.BeginBlock(static_cast<int64_t>(metadata.size()));
    for (const auto& [key, value] : metadata) {
      header.WriteBytes(key);
      header.WriteBytes(value);
    }
    header.EndBlocks();
    header.WriteFixed(sync_);
    file_ = header.bytes();
  }
  if (block_records_ == 0) return OkStatus();
  FIRN_ASSIGN(const std::string stored, CompressBlock(options_.codec, block_));
  Encoder block;
  block.WriteLong(block_records_);
  block.WriteBytes(stored);
  block.WriteFixed(sync_);
  file_ += block.bytes();
  block_.clear();
  block_records_ = 0;
  return OkStatus();
}

}  // namespace firn::avro
