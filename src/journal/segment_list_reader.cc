#include "journal/segment_list_reader.h"

#include <utility>

namespace firn::journal {

Error SegmentListReader::Damage(std::string_view what) {
  list_->MarkDamaged(segment_->first_sequence);
  damage_ = Corrupt("journal record {} cannot be read: {}: {} at offset {}", due_, what, segment_->path,
                    reader_ == nullptr ? 0 : reader_->offset());
  return *damage_;
}

Status SegmentListReader::Enter(const Segment& segment) {
  auto reader = SegmentReader::Open(file_system_, segment.path);
  if (!reader.ok() && reader.error().kind() != ErrorKind::kCorrupt) return reader.error();
  segment_ = segment;
  reader_ = reader.ok() ? std::move(reader).value() : nullptr;
  if (reader_ == nullptr) return Damage("the segment header is damaged");
  // A search from the segment's begin, or behind sequences that were skipped on purpose.
  if (due_ < segment.first_sequence && due_ > segment.follows) due_ = segment.first_sequence;
  return OkStatus();
}

Status SegmentListReader::EnterNext() {
  const auto next = list_->After(segment_->first_sequence);
  if (!next.has_value()) return Damage("the segment ends before it");
  if (next->follows >= due_) return Damage("the segment ends before it, and the next one begins after it");
  return Enter(*next);
}

void SegmentListReader::SetEnd() {
  const auto bytes = list_->BytesOf(segment_->first_sequence);
  if (bytes.has_value()) reader_->SetEnd(*bytes);
}

Result<SegmentReader::Position> SegmentListReader::FindDue() {
  for (;;) {
    SetEnd();
    FIRN_ASSIGN(const SegmentReader::Step step, reader_->Peek());
    if (const auto* stop = std::get_if<SegmentReader::Stop>(&step)) {
      if (*stop == SegmentReader::Stop::kBroken) return Damage("there is no record header");
      FIRN_TRY(EnterNext());
      continue;
    }
    const auto& position = std::get<SegmentReader::Position>(step);
    if (position.header.sequence == due_) return position;
    if (position.header.sequence > due_) return Damage("a later record stands in its place");
    reader_->Skip(position);
  }
}

Result<std::optional<Record>> SegmentListReader::Next() {
  if (damage_.has_value()) return *damage_;
  if (due_ > list_->durable_end()) return std::optional<Record>();
  if (!segment_.has_value()) {
    FIRN_ASSIGN(const Segment segment, list_->Find(due_));
    FIRN_TRY(Enter(segment));
  }
  FIRN_ASSIGN(const SegmentReader::Position position, FindDue());
  Record record;
  if (payloads_ == Payloads::kRead) {
    auto payload = reader_->ReadPayload(position);
    if (!payload.ok() && payload.error().kind() == ErrorKind::kCorrupt) return Damage(payload.error().message());
    if (!payload.ok()) return payload.error();
    record.payload = std::move(payload).value();
  }
  reader_->Skip(position);
  ++due_;
  record.sequence = position.header.sequence;
  record.life = reader_->header().life;
  record.kind = position.header.kind;
  record.time_ns = position.header.time_ns;
  record.digest = position.header.digest;
  return std::optional<Record>(std::move(record));
}

Result<int64_t> SegmentListReader::SkipDamage() {
  if (!damage_.has_value()) return int64_t{0};
  const int64_t damaged = due_;
  while (reader_ != nullptr) {
    FIRN_ASSIGN(SegmentReader::Step step, reader_->Peek());
    const auto* position = std::get_if<SegmentReader::Position>(&step);
    // The record that Next reported has a whole header when only its payload is damaged.
    if (position != nullptr && position->header.sequence > due_) {
      due_ = position->header.sequence;
      damage_.reset();
      return due_ - damaged;
    }
    FIRN_ASSIGN(const bool found, reader_->SkipBroken());
    if (!found) break;
  }
  const auto next = list_->After(segment_->first_sequence);
  damage_.reset();
  if (!next.has_value()) {
    // Nothing behind the damage can be read; what will be appended begins there.
    due_ = std::max(due_, list_->durable_end() + 1);
    segment_.reset();
    return due_ - damaged;
  }
  due_ = std::max(due_, next->first_sequence);
  Status entered = Enter(*next);
  if (!entered.ok() && entered.error().kind() != ErrorKind::kCorrupt) {
    damage_ = entered.error();
    return entered.error();
  }
  return due_ - damaged;
}

}  // namespace firn::journal
