#include "inputs/influxdb_v2/window_reader.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "formats/influx_csv/annotated_csv_decoder.h"
#include "http/shown_url.h"
#include "inputs/influxdb_v2/back_off.h"
#include "inputs/influxdb_v2/query_request.h"

namespace firn::inputs::influxdb_v2 {
namespace {

/// So much of a refusal's body is looked at.
constexpr size_t kMaxErrorBytes = 64 << 10;

/// InfluxDB says {"code":…,"message":…}; whatever stands before it (a proxy) says anything.
std::string MessageOf(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("message") && json["message"].is_string())
    return json["message"].get<std::string>();
  return body.substr(0, 200);
}

Error ErrorOfStatus(int status, const std::string& body) {
  const std::string message = MessageOf(body);
  if (status == 401 || status == 403) {
    return Unauthorized("the server refuses the token (status {}): {}; check token and organization", status, message);
  }
  if (status == 408 || status == 429 || status >= 500) return Unavailable("status {}: {}", status, message);
  return InvalidInput("the server refuses the query (status {}): {}", status, message);
}

}  // namespace

/// The state of one attempt.
class WindowReader::Exchange {
 public:
  Exchange(WindowReader& reader, const Target& target, const Window& window, int64_t read_from)
      : reader_(reader),
        target_(target),
        window_(window),
        read_from_(read_from),
        decoder_(MakeDecoderOptions(), [this](auto batches) { return TakeBatches(std::move(batches)); }) {}

  Attempt Run(std::stop_token stop) {
    auto transaction = reader_.context_.pull->Begin(target_.shard, window_.stop);
    if (!transaction.ok()) return {transaction.status(), {}};
    transaction_ = std::move(transaction).value();
    const Status streamed = reader_.context_.client->Stream(
        MakeQueryRequest(reader_.options_, target_.url, target_.query, window_, read_from_),
        [this](const http::Response& head) { return TakeHead(head); },
        [this](std::string_view chunk) { return TakeBody(chunk); }, stop);
    if (!streamed.ok()) return {streamed, retry_after_};
    if (status_code_ != 200) return {ErrorOfStatus(status_code_, refusal_), retry_after_};
    Status finished = Finish();
    if (finished.ok()) Count();
    return {finished, {}};
  }

 private:
  influx_csv::DecoderOptions MakeDecoderOptions() const {
    influx_csv::DecoderOptions options;
    options.measurement = target_.query.measurement;
    options.default_measurement = "influxdb_v2";
    options.database = target_.database;
    options.default_time = window_.stop;
    if (!target_.facts.stamps_rows) options.keep = influx_csv::TimeRange{read_from_, window_.stop};
    return options;
  }

  Status TakeHead(const http::Response& head) {
    status_code_ = head.status;
    retry_after_ = ParseRetryAfter(http::FindHeader(head.headers, "Retry-After"), reader_.context_.clock->NowNs());
    return OkStatus();
  }

  Status TakeBody(std::string_view chunk) {
    if (status_code_ == 200) return decoder_.Feed(chunk);
    refusal_.append(chunk.substr(0, kMaxErrorBytes - refusal_.size()));
    return OkStatus();
  }

  Status TakeBatches(std::vector<point::Batch> batches) {
    if (read_from_ < window_.start) MarkRowsReadBefore(batches);
    rows_ += CountRows(batches);
    return batches.empty() ? OkStatus() : transaction_->Write(std::move(batches));
  }

  /// Cuts off the rows from before the window: the output takes those of them that it does not hold yet.
  void MarkRowsReadBefore(std::vector<point::Batch>& batches) const {
    std::vector<point::Batch> marked;
    for (point::Batch& batch : batches) {
      std::vector<uint32_t> part_of_row(batch.rows());
      for (size_t row = 0; row < batch.rows(); ++row) part_of_row[row] = batch.times[row] < window_.start ? 0 : 1;
      std::vector<point::Batch> parts = batch.Split(part_of_row, 2);
      parts[0].only_if_absent = true;
      for (point::Batch& part : parts) {
        if (!part.empty()) marked.push_back(std::move(part));
      }
    }
    batches = std::move(marked);
  }

  static uint64_t CountRows(const std::vector<point::Batch>& batches) {
    uint64_t rows = 0;
    for (const point::Batch& batch : batches) rows += batch.rows();
    return rows;
  }

  Status Finish() {
    FIRN_TRY(decoder_.Finish());
    if (!decoder_.ended_with_empty_line()) return Unavailable("the answer was cut: its closing empty line is missing");
    return transaction_->Finish();
  }

  void Count() const {
    InputCounters* counters = reader_.context_.counters;
    if (counters == nullptr) return;
    counters->Add("windows", 1);
    counters->Add("rows", rows_);
    counters->Add("rows_outside_window", decoder_.counts().rows_outside_range);
  }

  WindowReader& reader_;
  const Target& target_;
  const Window& window_;
  const int64_t read_from_;
  std::unique_ptr<PullTransaction> transaction_;
  int status_code_ = 0;
  std::optional<std::chrono::nanoseconds> retry_after_;
  std::string refusal_;
  uint64_t rows_ = 0;
  influx_csv::AnnotatedCsvDecoder decoder_;
};

Attempt WindowReader::Read(const Target& target, const Window& window, int64_t read_from, std::stop_token stop) {
  Attempt attempt = Exchange(*this, target, window, read_from).Run(stop);
  attempt.status =
      attempt.status.WithContext(fmt::format("{} at {}, window {} to {}", target.name, http::ShownUrl(target.url),
                                             FormatTime(window.start), FormatTime(window.stop)));
  return attempt;
}

}  // namespace firn::inputs::influxdb_v2
