#include "http/byte_budget.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace firn::http {

bool ByteBudget::TryCharge(Owner owner, uint64_t bytes) {
  const bool fits = used_ <= limit_ && bytes <= limit_ - used_;
  if (!fits) {
    if (beyond_limit_ != nullptr && beyond_limit_ != owner) return false;
    beyond_limit_ = owner;
  }
  used_ += bytes;
  return true;
}

bool ByteBudget::Charge(Owner owner, uint64_t bytes, std::function<void()> on_charged) {
  const std::lock_guard lock(mutex_);
  // Newcomers stand behind those who wait, except the one that may go on: all others wait for it.
  const bool may_try = waiters_.empty() || beyond_limit_ == owner;
  if (may_try && TryCharge(owner, bytes)) return true;
  waiters_.push_back({owner, bytes, std::move(on_charged)});
  return false;
}

bool ByteBudget::Forget(Owner owner) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter& waiter) { return waiter.owner == owner; });
  if (found == waiters_.end()) return false;
  waiters_.erase(found);
  return true;
}

void ByteBudget::Release(Owner owner, uint64_t bytes) {
  std::vector<std::function<void()>> charged;
  {
    const std::lock_guard lock(mutex_);
    used_ -= bytes;
    if (beyond_limit_ == owner) beyond_limit_ = nullptr;
    while (!waiters_.empty() && TryCharge(waiters_.front().owner, waiters_.front().bytes)) {
      charged.push_back(std::move(waiters_.front().on_charged));
      waiters_.pop_front();
    }
  }
  for (const auto& notify : charged) notify();
}

uint64_t ByteBudget::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace firn::http
