#include "starlark/runtime/thread.h"

#include "starlark/runtime/interpreter.h"

namespace firn::starlark {
namespace {

constexpr int64_t kPortion = 20'000;  ///< steps between two looks at the cancellation

}  // namespace

Thread::Thread(const Library& library, Limits limits, Hooks hooks)
    : library_(library),
      limits_(limits),
      hooks_(std::move(hooks)),
      heap_(std::make_shared<Heap>(limits.heap_bytes)),
      steps_left_(limits.steps),
      interpreter_(std::make_unique<Interpreter>(*this)) {
  heap_->set_alarm(&fuel_);
}

Thread::~Thread() = default;

Value Thread::FailWith(std::string message) {
  if (error_ == nullptr) error_ = std::make_unique<EvalError>(EvalError{std::move(message), {}, false});
  return {};
}

bool Thread::FailFatally(std::string message) {
  FailWith(std::move(message));
  error_->is_fatal = true;
  return false;
}

Value Thread::FailMemory() {
  FailFatally(fmt::format("out of memory: more than {} bytes of values", heap_->limit_bytes()));
  return {};
}

EvalError Thread::TakeError() {
  EvalError error = std::move(*error_);
  error_.reset();
  return error;
}

Value Thread::Call(const Value& callee, std::span<const Value> positional, std::span<const Value> keywords,
                   std::span<const Value> keyword_values) {
  return interpreter_->CallFromNative(callee, positional, keywords, keyword_values);
}

bool Thread::Refuel() {
  const bool is_alarmed = fuel_ < -(Heap::kAlarm / 2);
  int64_t fuel = is_alarmed ? fuel_ + Heap::kAlarm : fuel_;
  if (fuel <= 0) {
    if (cancelled_.load(std::memory_order_relaxed)) return FailFatally("Starlark computation cancelled");
    // What has been charged beyond the last portion is paid first.
    const int64_t portion = hooks_.sample ? Hooks::kStepsBetweenSamples : kPortion;
    const auto wanted = static_cast<uint64_t>(portion - fuel);
    if (steps_left_ < static_cast<uint64_t>(1 - fuel)) {
      steps_left_ = 0;
      return FailFatally("Starlark computation cancelled: too many steps");
    }
    const uint64_t taken = std::min(wanted, steps_left_);
    steps_left_ -= taken;
    fuel += static_cast<int64_t>(taken);
    fuel_ = is_alarmed ? fuel - Heap::kAlarm : fuel;
    if (hooks_.sample) hooks_.sample(*this, interpreter_->InnermostSite());
  }
  return true;
}

uint64_t Thread::steps() const {
  const bool is_alarmed = fuel_ < -(Heap::kAlarm / 2);
  return limits_.steps - steps_left_ - static_cast<uint64_t>(is_alarmed ? fuel_ + Heap::kAlarm : fuel_);
}

bool Thread::Print(std::string_view line) {
  output_bytes_ += line.size() + 1;
  if (output_bytes_ > limits_.output_bytes) return FailFatally("too much output");
  if (hooks_.print) hooks_.print(*this, line);
  return true;
}

Position EvalError::position() const {
  for (auto site = backtrace.rbegin(); site != backtrace.rend(); ++site)
    if (site->position.is_valid()) return site->position;
  return {};
}

std::string EvalError::Backtrace() const {
  std::string text;
  std::string inside;
  for (const CallSite& site : backtrace) {
    if (!site.position.is_valid() && &site == &backtrace.back()) {
      inside = " in " + site.function;
      break;
    }
    const std::string place = site.position.is_valid()
                                  ? fmt::format("{}:{}:{}", site.file, site.position.line, site.position.column)
                                  : site.file;
    text += fmt::format("  {}: in {}\n", place, site.function);
  }
  if (!text.empty()) text.insert(0, "Traceback (most recent call last):\n");
  return text + fmt::format("Error{}: {}", inside, message);
}

}  // namespace firn::starlark
