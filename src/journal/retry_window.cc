#include "journal/retry_window.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/log.h"

namespace firn::journal {
namespace {

constexpr std::string_view kMagic = "FIRNDGST";
constexpr uint32_t kVersion = 1;
constexpr size_t kIdBytes = 36;
constexpr size_t kHeaderBytes = 8 + 4 + 4 + kIdBytes;
constexpr size_t kEntryBytes = 32;
constexpr size_t kCrcBytes = 4;

}  // namespace

size_t RetryWindow::DigestHash::operator()(const Digest128& digest) const {
  size_t hash;
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

RetryWindow::RetryWindow(RetryWindowOptions options, storage::FileSystem& file_system, const Clock& clock)
    : options_(std::move(options)), file_system_(file_system), clock_(clock) {}

Result<std::unique_ptr<RetryWindow>> RetryWindow::Open(RetryWindowOptions options, storage::FileSystem& file_system,
                                                       const Clock& clock) {
  std::unique_ptr<RetryWindow> window(new RetryWindow(std::move(options), file_system, clock));
  auto bytes = file_system.ReadFile(window->options_.file);
  if (!bytes.ok() && bytes.error().kind() == ErrorKind::kNotFound) return window;
  if (!bytes.ok()) return bytes.error();
  const Status parsed = window->Parse(*bytes);
  if (!parsed.ok()) {
    return Error(parsed.error().kind(),
                 fmt::format("{}: {}; remove the file to go on: only a retry of what was accepted in the last {} s "
                             "before the stop would then be stored twice",
                             window->options_.file, parsed.error().message(),
                             std::chrono::duration_cast<std::chrono::seconds>(window->options_.window).count()));
  }
  return window;
}

Status RetryWindow::Parse(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kHeaderBytes + kCrcBytes)
    return Corrupt("not a file of retry digests");
  const std::string_view covered = bytes.substr(0, bytes.size() - kCrcBytes);
  if (LoadLittleEndian<uint32_t>(bytes.data() + covered.size()) != Crc32c(covered)) {
    return Corrupt("the checksum of the retry digests is wrong");
  }
  const auto version = LoadLittleEndian<uint32_t>(bytes.data() + 8);
  if (version != kVersion)
    return Unsupported("retry digests of format version {}; this Firn reads {}", version, kVersion);
  const size_t count = LoadLittleEndian<uint32_t>(bytes.data() + 12);
  if (covered.size() - kHeaderBytes != count * kEntryBytes) return Corrupt("the number of retry digests is wrong");
  journal_id_ = bytes.substr(16, kIdBytes);
  for (size_t i = 0; i < count; ++i) {
    const char* data = bytes.data() + kHeaderBytes + i * kEntryBytes;
    Entry entry;
    std::memcpy(entry.digest.data(), data, entry.digest.size());
    entry.sequence = LoadLittleEndian<int64_t>(data + 16);
    entry.time_ns = LoadLittleEndian<int64_t>(data + 24);
    accepted_.push_back(entry);
  }
  return OkStatus();
}

std::string RetryWindow::SerializeWithLock() const {
  std::string out(kMagic);
  out.reserve(kHeaderBytes + accepted_.size() * kEntryBytes + kCrcBytes);
  AppendLittleEndian(out, kVersion);
  AppendLittleEndian(out, static_cast<uint32_t>(accepted_.size()));
  out.append(journal_id_);
  for (const Entry& entry : accepted_) {
    out.append(reinterpret_cast<const char*>(entry.digest.data()), entry.digest.size());
    AppendLittleEndian(out, entry.sequence);
    AppendLittleEndian(out, entry.time_ns);
  }
  AppendLittleEndian(out, Crc32c(out));
  return out;
}

Status RetryWindow::Recover(Journal& journal) {
  const int64_t window_ns = options_.window.count();
  const std::lock_guard lock(mutex_);
  std::vector<Entry> found;
  // Digests of another journal vouch for records that this one does not have.
  if (journal_id_ == journal.id()) found.assign(accepted_.begin(), accepted_.end());
  accepted_.clear();
  journal_id_ = journal.id();
  if (window_ns <= 0) return OkStatus();
  FIRN_TRY(ReadTail(journal, found));
  const auto by_sequence = [](const Entry& a, const Entry& b) { return a.sequence < b.sequence; };
  const auto same_sequence = [](const Entry& a, const Entry& b) { return a.sequence == b.sequence; };
  std::sort(found.begin(), found.end(), by_sequence);
  found.erase(std::unique(found.begin(), found.end(), same_sequence), found.end());

  // The window stood still while the process was down.
  int64_t stopped_ns = journal.recovered_time_ns();
  for (const Entry& entry : found) stopped_ns = std::max(stopped_ns, entry.time_ns);
  const int64_t now_ns = clock_.MonotonicNs();
  for (Entry& entry : found) {
    entry.expires_ns = now_ns + std::clamp<int64_t>(window_ns - (stopped_ns - entry.time_ns), 0, window_ns);
    if (entry.expires_ns > now_ns) RememberWithLock(entry);
  }
  return OkStatus();
}

Status RetryWindow::ReadTail(Journal& journal, std::vector<Entry>& found) const {
  const int64_t since = journal.recovered_time_ns() - options_.window.count();
  const int64_t from = std::max(journal.SequenceBefore(since), journal.first_sequence());
  FIRN_ASSIGN(const auto reader, journal.Read(from, Payloads::kLeaveOut));
  for (;;) {
    auto record = reader->Next();
    if (!record.ok() && record.error().kind() == ErrorKind::kCorrupt) {
      // Who replays the journal reports the loss; here it only means that a retry may be stored again.
      FIRN_TRY(reader->SkipDamage());
      continue;
    }
    if (!record.ok()) return record.error();
    if (!record->has_value()) return OkStatus();
    const Record& read = **record;
    if (read.digest.has_value()) found.push_back({*read.digest, read.sequence, read.time_ns, 0, 0});
  }
}

void RetryWindow::ForgetOldestWithLock() {
  const auto known = known_.find(accepted_.front().digest);
  if (known != known_.end() && !known->second.in_flight && known->second.number == accepted_.front().number) {
    known_.erase(known);
  }
  accepted_.pop_front();
}

void RetryWindow::ForgetExpiredWithLock() {
  const int64_t now_ns = clock_.MonotonicNs();
  while (!accepted_.empty() && accepted_.front().expires_ns <= now_ns) ForgetOldestWithLock();
}

void RetryWindow::RememberWithLock(Entry entry) {
  entry.number = ++last_number_;
  Known& known = known_[entry.digest];
  known.in_flight = false;
  known.number = entry.number;
  accepted_.push_back(entry);
  if (accepted_.size() <= options_.max_entries) return;
  if (stats_.forgotten++ == 0) {
    log::Warn("journal: more than {} bodies within the retry window; retries of the oldest will be stored again",
              options_.max_entries);
  }
  ForgetOldestWithLock();
}

RetryWindow::Verdict RetryWindow::Begin(const Digest128& digest, Done done) {
  if (options_.window.count() <= 0) return Verdict::kNew;
  const std::lock_guard lock(mutex_);
  ForgetExpiredWithLock();
  const auto [entry, is_new] = known_.try_emplace(digest, Known{true, 0, {}});
  if (is_new) return Verdict::kNew;
  ++stats_.recognised;
  if (!entry->second.in_flight) return Verdict::kAccepted;
  entry->second.waiting.push_back(std::move(done));
  return Verdict::kWaiting;
}

void RetryWindow::Finish(const Digest128& digest, const Result<int64_t>& fate) {
  if (options_.window.count() <= 0) return;
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto entry = known_.find(digest);
    if (entry == known_.end() || !entry->second.in_flight) return;
    waiting = std::move(entry->second.waiting);
    if (fate.ok()) {
      RememberWithLock({digest, *fate, clock_.NowNs(), clock_.MonotonicNs() + options_.window.count(), 0});
    } else {
      stats_.recognised -= waiting.size();
      known_.erase(entry);
    }
  }
  for (const Done& done : waiting) done(fate.status());
}

Status RetryWindow::Save(int64_t removed_up_to) {
  const std::lock_guard save_lock(save_mutex_);
  std::string bytes;
  uint64_t saved_number = 0;
  {
    const std::lock_guard lock(mutex_);
    ForgetExpiredWithLock();
    const auto is_missing = [&](const Entry& entry) {
      return entry.number > saved_number_ && entry.sequence <= removed_up_to;
    };
    if (std::none_of(accepted_.begin(), accepted_.end(), is_missing)) return OkStatus();
    saved_number = last_number_;
    bytes = SerializeWithLock();
  }
  FIRN_TRY(file_system_.ReplaceFile(options_.file, bytes));
  const std::lock_guard lock(mutex_);
  saved_number_ = saved_number;
  return OkStatus();
}

RetryWindowStats RetryWindow::stats() const {
  const std::lock_guard lock(mutex_);
  RetryWindowStats stats = stats_;
  stats.entries = accepted_.size();
  return stats;
}

}  // namespace firn::journal
