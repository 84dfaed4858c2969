#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "formats/line_protocol/parse_error.h"
#include "http/server.h"
#include "inputs/decode_body.h"
#include "inputs/input.h"

namespace firn::inputs::write_endpoints {

/// A body with the rows and the errors that it was parsed into.
struct ParsedBody {
  PushedBody pushed;
  std::vector<point::Batch> batches;
  line_protocol::ParseErrors errors;

  uint64_t rows() const;
};

/// How an endpoint says what became of a body that was handed over.
struct WriteAnswers {
  http::Response done;
  /// kResourceExhausted = no room for now, kCancelled = stopping, else a failure within. Retry-After is added by the
  /// intake.
  std::function<http::Response(int status, const Error& error)> failed;
};

/// The common part of every write endpoint: body → rows → sink → answer.
///
/// Routes hold it by shared_ptr, so it may outlive the input that made it; after Close no call to the sink begins.
/// Thread-safe: parsers are lent to one request at a time and keep what they have learned.
class WriteIntake : public std::enable_shared_from_this<WriteIntake> {
 public:
  explicit WriteIntake(InputContext context) : context_(std::move(context)) {}

  /// Parses `body.body`. Sets source, arrival time (truncated to the precision) and all_lines_timed.
  ParsedBody Parse(PushedBody body);
  /// Hands over and answers when the rows are durable; a body without rows is answered at once.
  void Accept(ParsedBody body, WriteAnswers answers, http::Responder respond);
  void Close();

  void Count(std::string_view counter, uint64_t count = 1) const { context_.counters->Add(counter, count); }
  const Clock& clock() const { return *context_.clock; }

 private:
  std::unique_ptr<BodyDecoder> TakeDecoder();
  void GiveBack(std::unique_ptr<BodyDecoder> decoder);

  const InputContext context_;
  std::shared_mutex gate_;  // shared while a body is being handed over
  bool closed_ = false;
  std::mutex decoders_mutex_;
  std::vector<std::unique_ptr<BodyDecoder>> decoders_;
};

/// Puts the rows of `batches` back into text with explicit ns times, so that decoding the body again gives just these
/// rows.
void ReplaceText(ParsedBody& body);

}  // namespace firn::inputs::write_endpoints
