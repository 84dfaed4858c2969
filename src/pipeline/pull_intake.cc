#include "pipeline/pull_intake.h"

#include <algorithm>

#include "pipeline/journal_record.h"

namespace firn::pipeline {

/// Rows go to the only output while they come; End makes them count.
class DirectTransaction final : public inputs::PullTransaction {
 public:
  DirectTransaction(PullIntake& intake, std::string shard, int64_t position)
      : intake_(intake),
        shard_(std::move(shard)),
        handle_(intake.shards_.HandleOf(intake.source_, shard_)),
        position_(position) {
    intake_.runners_.front()->BeginDirect(handle_, position_);
  }
  ~DirectTransaction() override {
    if (!finished_) intake_.runners_.front()->AbandonDirect(handle_, position_);
  }

  Status Write(std::vector<point::Batch> batches) override {
    for (point::Batch& batch : batches) batch.origin.sequence = sequence_++;
    return intake_.runners_.front()->WriteDirect(intake_.source_, handle_, position_, std::move(batches),
                                                 intake_.stop_);
  }
  Status Finish() override {
    finished_ = true;
    intake_.runners_.front()->EndDirect(handle_, position_);
    intake_.NoteFinished(shard_, position_);
    return OkStatus();
  }

 private:
  PullIntake& intake_;
  const std::string shard_;
  const uint32_t handle_;
  const int64_t position_;
  uint32_t sequence_ = 0;
  bool finished_ = false;
};

/// Rows go into the journal; the end is a record of its own.
class JournaledTransaction final : public inputs::PullTransaction {
 public:
  JournaledTransaction(PullIntake& intake, std::string shard, int64_t position)
      : intake_(intake), shard_(std::move(shard)), position_(position) {}
  ~JournaledTransaction() override {
    // A failed append leaves an open position behind, which the next Begin of this shard gives up again.
    if (!finished_ && wrote_) (void)Append(journal::RecordKind::kPositionAbort, {});
  }

  Status Write(std::vector<point::Batch> batches) override {
    if (intake_.stop_.stop_requested()) return Cancelled("stopping");
    wrote_ = true;
    return Append(journal::RecordKind::kPulledBatches, batches);
  }
  Status Finish() override {
    FIRN_TRY(Append(journal::RecordKind::kPositionEnd, {}));
    finished_ = true;
    intake_.NoteFinished(shard_, position_);
    return OkStatus();
  }
  /// Gives up what an earlier process left open.
  Status ClearLeftovers() { return Append(journal::RecordKind::kPositionAbort, {}); }

 private:
  Status Append(journal::RecordKind kind, const std::vector<point::Batch>& batches) {
    const std::string payload = EncodePulled({intake_.source_, shard_, position_}, batches);
    const std::string_view parts[] = {payload};
    journal::NewRecord record;
    record.kind = kind;
    record.parts = parts;
    FIRN_TRY(intake_.journal_->AppendAndWait(record));
    for (OutputRunner* runner : intake_.runners_) runner->Notify();
    return OkStatus();
  }

  PullIntake& intake_;
  const std::string shard_;
  const int64_t position_;
  bool wrote_ = false;
  bool finished_ = false;
};

PullIntake::PullIntake(std::string source, journal::Journal* journal, std::vector<OutputRunner*> runners,
                       ShardRegistry& shards, std::stop_token stop)
    : source_(std::move(source)),
      journal_(journal),
      runners_(std::move(runners)),
      shards_(shards),
      stop_(std::move(stop)) {}

std::optional<int64_t> PullIntake::LastPosition(const std::string& shard) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = finished_.find(shard); found != finished_.end()) return found->second;
  }
  // An output that knows nothing of the shard has none of its rows: the input begins where it would begin first.
  std::optional<int64_t> lowest;
  for (const OutputRunner* runner : runners_) {
    const std::optional<int64_t> durable = runner->DurablePosition(source_, shard);
    if (!durable.has_value()) return std::nullopt;
    lowest = lowest.has_value() ? std::min(*lowest, *durable) : *durable;
  }
  return lowest;
}

std::optional<int64_t> PullIntake::NextHeldPosition(const std::string& shard, int64_t position) {
  std::optional<int64_t> lowest;
  for (const OutputRunner* runner : runners_) {
    const std::optional<int64_t> next = runner->NextHeldPosition(source_, shard, position);
    if (next.has_value()) lowest = std::min(lowest.value_or(*next), *next);
  }
  return lowest;
}

Result<std::unique_ptr<inputs::PullTransaction>> PullIntake::Begin(const std::string& shard, int64_t position) {
  if (journal_ == nullptr) {
    return std::unique_ptr<inputs::PullTransaction>(std::make_unique<DirectTransaction>(*this, shard, position));
  }
  auto transaction = std::make_unique<JournaledTransaction>(*this, shard, position);
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = cleared_.emplace(shard, true).second;
  }
  if (first) FIRN_TRY(transaction->ClearLeftovers());
  return std::unique_ptr<inputs::PullTransaction>(std::move(transaction));
}

void PullIntake::NoteJournaled(const std::string& shard, int64_t position) {
  NoteFinished(shard, position);
}

void PullIntake::NoteFinished(const std::string& shard, int64_t position) {
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = finished_.emplace(shard, position);
  if (!added) entry->second = std::max(entry->second, position);
}

Status NoteJournaledPositions(journal::Journal& journal, const std::vector<OutputRunner*>& runners,
                              const PullIntakes& intakes) {
  FIRN_ASSIGN(const std::unique_ptr<journal::Reader> reader,
              journal.Read(journal.first_sequence(), journal::Payloads::kRead));
  for (;;) {
    Result<std::optional<journal::Record>> record = reader->Next();
    if (!record.ok() && record.error().kind() == ErrorKind::kCorrupt) {
      FIRN_TRY(reader->SkipDamage());  // the runners report it
      continue;
    }
    FIRN_TRY(record.status());
    if (!record->has_value()) return OkStatus();
    if ((*record)->kind != journal::RecordKind::kPositionEnd) continue;
    FIRN_ASSIGN(const PulledName name, DecodePulledName((*record)->payload));
    const auto intake = intakes.find(name.source);
    const auto will_hold = [&](const OutputRunner* runner) {
      return runner->WillHold((*record)->sequence, name.source, name.shard, name.position);
    };
    if (intake != intakes.end() && std::all_of(runners.begin(), runners.end(), will_hold)) {
      intake->second->NoteJournaled(name.shard, name.position);
    }
  }
}

}  // namespace firn::pipeline
