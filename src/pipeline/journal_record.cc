#include "pipeline/journal_record.h"

#include "base/bytes.h"
#include "point/batch_codec.h"

namespace firn::pipeline {
namespace {

constexpr char kVersion = 1;

/// Rows are worth keeping in place of their body up to this part of its size: about what LZ4 makes of line protocol.
constexpr size_t kBodyBytesARowByte = 2;

void PutText(std::string& out, std::string_view text) {
  AppendLittleEndian(out, static_cast<uint32_t>(text.size()));
  out += text;
}

void PutBatches(std::string& out, const std::vector<point::Batch>& batches) {
  AppendLittleEndian(out, static_cast<uint32_t>(batches.size()));
  for (const point::Batch& batch : batches) point::EncodeBatch(batch, out);
}

/// What the values of a batch take when they are encoded: all but names and series.
size_t BytesOfValues(const point::Batch& batch) {
  size_t bytes = batch.rows() * sizeof(int64_t);
  for (const point::FieldColumn& field : batch.fields) {
    const bool one_byte = field.type() == point::FieldType::kBoolean || field.type() == point::FieldType::kString;
    bytes += field.size() * (one_byte ? 1 : sizeof(int64_t)) + field.string_bytes().size();
  }
  return bytes;
}

/// Reads from the front of the payload; ok() tells whether everything was there.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view payload) : rest_(payload) {}

  std::string Text() {
    const auto size = Number<uint32_t>();
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return {};
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  template <typename T>
  T Number() {
    if (rest_.size() < sizeof(T)) ok_ = false;
    if (!ok_) return T{};
    const T value = LoadLittleEndian<T>(rest_.data());
    rest_.remove_prefix(sizeof(T));
    return value;
  }
  Result<std::vector<point::Batch>> Batches(point::SeriesTables& tables) {
    const auto count = Number<uint32_t>();
    if (!ok_) return Corrupt("journal record: rows are cut short");
    std::vector<point::Batch> batches;
    for (uint32_t i = 0; i < count; ++i) {
      FIRN_ASSIGN(point::Batch batch, point::DecodeBatch(rest_, tables));
      batches.push_back(std::move(batch));
    }
    return batches;
  }
  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

Result<PulledName> ReadPulledName(PayloadReader& reader) {
  if (reader.Number<char>() != kVersion) return Corrupt("journal record: unknown version of pulled rows");
  PulledName name;
  name.source = reader.Text();
  name.shard = reader.Text();
  name.position = reader.Number<int64_t>();
  if (!reader.ok()) return Corrupt("journal record: pulled rows are cut short");
  return name;
}

}  // namespace

std::string EncodePushedHead(const inputs::PushedBody& body) {
  std::string out;
  out += kVersion;
  PutText(out, body.source);
  AppendLittleEndian(out, static_cast<uint8_t>(body.grammar));
  AppendLittleEndian(out, static_cast<uint8_t>(body.grammar));
  AppendLittleEndian(out, body.precision_ns);
  AppendLittleEndian(out, body.arrival_ns);
  PutText(out, body.database);
  PutText(out, body.endpoint);
  PutText(out, body.user);
  AppendLittleEndian(out, static_cast<uint8_t>(body.all_lines_timed ? 1 : 0));
  AppendLittleEndian(out, static_cast<uint32_t>(body.tags.size()));
  for (const auto& [key, value] : body.tags) {
    PutText(out, key);
    PutText(out, value);
  }
  return out;
}

Result<inputs::PushedBody> DecodePushed(std::string_view payload) {
  PayloadReader reader(payload);
  if (reader.Number<char>() != kVersion) return Corrupt("journal record: unknown version of a pushed body");
  inputs::PushedBody body;
  body.source = reader.Text();
  body.grammar = static_cast<inputs::LineGrammar>(reader.Number<uint8_t>());
  const auto grammar = reader.Number<uint8_t>();
  if (grammar > static_cast<uint8_t>(inputs::LineGrammar::kTelegraf)) {
    return Corrupt("journal record: unknown grammar {}", grammar);
  }
  body.grammar = static_cast<inputs::LineGrammar>(grammar);
  body.precision_ns = reader.Number<int64_t>();
  body.arrival_ns = reader.Number<int64_t>();
  body.database = reader.Text();
  body.endpoint = reader.Text();
  body.user = reader.Text();
  body.all_lines_timed = reader.Number<uint8_t>() != 0;
  const auto tags = reader.Number<uint32_t>();
  for (uint32_t i = 0; i < tags && reader.ok(); ++i) {
    std::string key = reader.Text();
    body.tags.emplace_back(std::move(key), reader.Text());
  }
  if (!reader.ok()) return Corrupt("journal record: a pushed body is cut short");
  body.body = std::string(reader.rest());
  return body;
}

std::optional<std::string> EncodePushedRows(const inputs::PushedBody& body, const std::vector<point::Batch>& batches) {
  const size_t room = body.body.size() / kBodyBytesARowByte;
  size_t least = 0;
  for (const point::Batch& batch : batches) least += BytesOfValues(batch);
  if (least > room) return std::nullopt;
  std::string out;
  out.reserve(room);
  out += kVersion;
  PutText(out, body.source);
  PutBatches(out, batches);
  return out.size() <= room ? std::optional(std::move(out)) : std::nullopt;
}

Result<PushedRows> DecodePushedRows(std::string_view payload, point::SeriesTables& tables) {
  PayloadReader reader(payload);
  if (reader.Number<char>() != kVersion) return Corrupt("journal record: unknown version of pushed rows");
  PushedRows rows;
  rows.source = reader.Text();
  if (!reader.ok()) return Corrupt("journal record: pushed rows are cut short");
  FIRN_ASSIGN(rows.batches, reader.Batches(tables));
  return rows;
}

std::string EncodePulled(const PulledName& name, const std::vector<point::Batch>& batches) {
  std::string out;
  out += kVersion;
  PutText(out, name.source);
  PutText(out, name.shard);
  AppendLittleEndian(out, name.position);
  PutBatches(out, batches);
  return out;
}

Result<PulledName> DecodePulledName(std::string_view payload) {
  PayloadReader reader(payload);
  return ReadPulledName(reader);
}

Result<PulledRecord> DecodePulled(std::string_view payload, point::SeriesTables& tables) {
  PayloadReader reader(payload);
  PulledRecord record;
  FIRN_ASSIGN(record.name, ReadPulledName(reader));
  FIRN_ASSIGN(record.batches, reader.Batches(tables));
  return record;
}

}  // namespace firn::pipeline
