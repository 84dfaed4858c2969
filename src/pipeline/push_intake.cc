#include "pipeline/push_intake.h"

#include "base/bytes.h"
#include "pipeline/journal_record.h"

namespace firn::pipeline {
namespace {

/// Two bodies are the same request when text, endpoint, parameters and user agree.
Digest128 DigestOf(const inputs::PushedBody& body) {
  std::string name;
  for (const std::string_view part : {std::string_view(body.source), std::string_view(body.endpoint),
                                      std::string_view(body.user), std::string_view(body.database)}) {
    AppendLittleEndian(name, static_cast<uint32_t>(part.size()));
    name += part;
  }
  AppendLittleEndian(name, body.precision_ns);
  const Digest128 text = ContentDigest(body.body);
  name.append(reinterpret_cast<const char*>(text.data()), text.size());
  return ContentDigest(name);
}

}  // namespace

void PushIntake::Accept(inputs::PushedBody body, std::vector<point::Batch> batches, std::function<void(Status)> done) {
  if (closed_) return done(Cancelled("stopping"));
  std::optional<Digest128> digest;
  if (body.all_lines_timed && !batches.empty()) {
    digest = DigestOf(body);
    switch (retries_.Begin(*digest, done)) {
      case journal::RetryWindow::Verdict::kAccepted:
        return done(OkStatus());
      case journal::RetryWindow::Verdict::kWaiting:
        return;
      case journal::RetryWindow::Verdict::kNew:
        break;
    }
  }
  std::optional<std::string> encoded = EncodePushedRows(body, batches);
  const bool as_rows = encoded.has_value();
  const std::string head = as_rows ? std::move(*encoded) : EncodePushedHead(body);
  const std::string_view parts[] = {head, as_rows ? std::string_view() : std::string_view(body.body)};
  journal::NewRecord record;
  record.kind = as_rows ? journal::RecordKind::kPushedRows : journal::RecordKind::kPushedBody;
  record.parts = parts;
  record.compression = as_rows ? journal::Compression::kNone : journal::Compression::kLz4;
  record.digest = digest;
  auto rows = std::make_shared<std::vector<point::Batch>>(std::move(batches));
  journal_.Append(record,
                  [this, digest, rows, source = body.source, done = std::move(done)](const Result<int64_t>& sequence) {
                    if (sequence.ok()) {
                      ++accepted_;
                      Offer(*sequence, source, std::move(*rows));
                    }
                    if (digest.has_value()) retries_.Finish(*digest, sequence);
                    done(sequence.status());
                  });
}

void PushIntake::Offer(int64_t sequence, const std::string& source, std::vector<point::Batch> batches) {
  for (size_t i = 0; i < runners_.size(); ++i) {
    const bool last = i + 1 == runners_.size();
    runners_[i]->Offer({sequence, source, last ? std::move(batches) : batches});
  }
}

}  // namespace firn::pipeline
