// Annotated CSV: the first byte chooses the size of the pieces and the dialect, the rest is the answer. Decoding in
// pieces must give the rows that decoding at once gives, and fail where that fails. Messages may differ: in pieces, a
// stray quote is noticed at the end of the record that it seems to open.
#include <cstdlib>
#include <string>

#include "formats/influx_csv/annotated_csv_decoder.h"
#include "point/row.h"

namespace {

struct Outcome {
  std::string rows;
  bool failed = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Decode(std::string_view body, size_t piece, bool has_header) {
  firn::influx_csv::DecoderOptions options;
  options.default_measurement = "m";
  options.default_time = 0;
  options.has_header = has_header;
  options.max_row_bytes = 1 << 16;
  options.max_columns = 256;
  Outcome outcome;
  firn::influx_csv::AnnotatedCsvDecoder decoder(options, [&](std::vector<firn::point::Batch> batches) {
    for (const auto& batch : batches) {
      if (!batch.Validate().ok()) std::abort();
      outcome.rows += firn::point::ToText(batch);
    }
    return firn::OkStatus();
  });
  firn::Status status;
  for (size_t at = 0; at < body.size() && status.ok(); at += piece) {
    const std::string copy(body.substr(at, piece));
    status = decoder.Feed(copy);
  }
  if (status.ok()) status = decoder.Finish();
  outcome.failed = !status.ok();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t piece = 1 + (data[0] & 0x7f);
  const bool has_header = (data[0] & 0x80) == 0;
  const Outcome whole = Decode(body, body.size() + 1, has_header);
  const Outcome pieces = Decode(body, piece, has_header);
  if (!(whole == pieces)) std::abort();
  return 0;
}
