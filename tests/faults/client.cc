#include "client.h"

#include <fmt/format.h>

#include <algorithm>

namespace firn::faults {
namespace {

constexpr uint64_t kMostRows = 8;
constexpr uint64_t kExtraColumns = 4;

}  // namespace

const std::string& Client::NextBody(std::mt19937_64& random, int64_t& next_id, Ledger& ledger) {
  if (retries_ == Retries::kByteForByte) {
    if (!waits()) AddRows(random, next_id, ledger);
    return body_;
  }
  for (const int64_t id : unanswered_) ledger.MayRepeat(id);
  if (!waits() || (adds_ && random() % 2 == 0)) AddRows(random, next_id, ledger);
  const size_t count = adds_ ? 1 + random() % unanswered_.size() : unanswered_.size();
  ids_.assign(unanswered_.begin(), unanswered_.begin() + static_cast<std::ptrdiff_t>(count));
  body_.clear();
  for (const int64_t id : ids_) body_ += LineOf(id);
  return body_;
}

void Client::AddRows(std::mt19937_64& random, int64_t& next_id, Ledger& ledger) {
  const uint64_t rows = 1 + random() % kMostRows;
  const std::string extra = random() % 100 < 15 ? fmt::format("extra{}=1.5", random() % kExtraColumns) : "";
  ids_.clear();
  body_.clear();
  for (uint64_t i = 0; i < rows; ++i) {
    ids_.push_back(next_id++);
    body_ += LineOf(ids_.back(), extra);
    ledger.Sent(ids_.back());
  }
  unanswered_.insert(unanswered_.end(), ids_.begin(), ids_.end());
}

void Client::Hear(bool yes, Ledger& ledger) {
  if (!yes) return;
  for (const int64_t id : ids_) {
    ledger.Acknowledged(id);
    std::erase(unanswered_, id);
  }
}

}  // namespace firn::faults
