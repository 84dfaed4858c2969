#include "inputs/write_endpoints/write_intake.h"

#include <utility>

#include "formats/line_protocol/writer.h"

namespace firn::inputs::write_endpoints {
namespace {

constexpr const char* kRetryAfterSeconds = "5";

http::Response FailureOf(const Error& error, const WriteAnswers& answers) {
  const bool passes = error.kind() == ErrorKind::kResourceExhausted || error.kind() == ErrorKind::kCancelled ||
                      error.kind() == ErrorKind::kUnavailable;
  http::Response response = answers.failed(passes ? 503 : 500, error);
  if (passes) response.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  return response;
}

int64_t Truncate(int64_t time_ns, int64_t precision_ns) {
  return time_ns - time_ns % precision_ns;
}

}  // namespace

uint64_t ParsedBody::rows() const {
  uint64_t rows = 0;
  for (const point::Batch& batch : batches) rows += batch.rows();
  return rows;
}

ParsedBody WriteIntake::Parse(PushedBody body) {
  ParsedBody parsed;
  parsed.pushed = std::move(body);
  parsed.pushed.source = context_.source;
  parsed.pushed.arrival_ns = Truncate(context_.clock->NowNs(), parsed.pushed.precision_ns);
  auto decoder = TakeDecoder();
  parsed.batches = decoder->Decode(parsed.pushed, parsed.errors);
  parsed.pushed.all_lines_timed = decoder->all_lines_timed();
  GiveBack(std::move(decoder));
  return parsed;
}

void WriteIntake::Accept(ParsedBody body, WriteAnswers answers, http::Responder respond) {
  if (body.errors.total > 0) Count("lines_rejected", body.errors.total);
  const uint64_t rows = body.rows();
  if (rows == 0) return respond(std::move(answers.done));
  const std::shared_lock open(gate_);
  if (closed_) return respond(FailureOf(Cancelled("stopping"), answers));
  Count("bytes_received", body.pushed.body.size());
  auto done = [counters = context_.counters, rows, answers = std::move(answers),
               respond = std::move(respond)](const Status& status) mutable {
    counters->Add(status.ok() ? "lines_accepted" : "lines_not_taken", rows);
    respond(status.ok() ? std::move(answers.done) : FailureOf(status.error(), answers));
  };
  context_.push->Accept(std::move(body.pushed), std::move(body.batches), std::move(done));
}

void WriteIntake::Close() {
  const std::unique_lock none_under_way(gate_);
  closed_ = true;
}

std::unique_ptr<BodyDecoder> WriteIntake::TakeDecoder() {
  {
    const std::lock_guard lock(decoders_mutex_);
    if (!decoders_.empty()) {
      auto decoder = std::move(decoders_.back());
      decoders_.pop_back();
      return decoder;
    }
  }
  return std::make_unique<BodyDecoder>();
}

void WriteIntake::GiveBack(std::unique_ptr<BodyDecoder> decoder) {
  const std::lock_guard lock(decoders_mutex_);
  decoders_.push_back(std::move(decoder));
}

void ReplaceText(ParsedBody& body) {
  line_protocol::WriterOptions options;
  options.unsigned_integers = true;
  line_protocol::WriteReport report;
  body.pushed.body.clear();
  for (const point::Batch& batch : body.batches) line_protocol::WriteBatch(batch, options, body.pushed.body, report);
  body.pushed.precision_ns = 1;
  body.pushed.grammar = LineGrammar::kFirn;
}

}  // namespace firn::inputs::write_endpoints
