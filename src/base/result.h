#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

/// Errors as values: `Status` (done or Error) and `Result<T>` (a T or an Error). Firn's own code does not throw.

namespace firn {

/// Says what the caller does about an error.
enum class ErrorKind : uint8_t {
  kInvalidInput,        ///< reject this record, keep the rest
  kInvalidConfig,       ///< refuse to start
  kCorrupt,             ///< quarantine: stored bytes are not what was written
  kNotFound,            ///< the named thing is not there
  kAlreadyExists,       ///< the name is taken
  kConflict,            ///< somebody else was faster: refresh and retry
  kCommitStateUnknown,  ///< the commit may or may not have happened: check before anything else; delete nothing
  kUnavailable,         ///< retry later
  kTimeout,             ///< no answer in time; for a write the outcome is open
  kUnauthorized,        ///< credentials missing or refused
  kUnsupported,         ///< a valid thing that Firn does not do
  kResourceExhausted,   ///< a limit is reached: push back
  kCancelled,           ///< the process is stopping
  kInternal,            ///< a bug
};

/// The kind as it appears in messages: "invalid input", "conflict", …
std::string_view ErrorKindName(ErrorKind kind);

/// What went wrong, in words for the user: what, where, what to do.
class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }

  /// Puts where the error crossed a module in front: `cannot read manifest: no such file: …`.
  Error WithContext(std::string_view context) const { return {kind_, fmt::format("{}: {}", context, message_)}; }

 private:
  ErrorKind kind_;
  std::string message_;
};

#define FIRN_DEFINE_ERROR(name)                                                    \
  template <typename... Args>                                                      \
  Error name(fmt::format_string<Args...> format, Args&&... args) {                 \
    return {ErrorKind::k##name, fmt::format(format, std::forward<Args>(args)...)}; \
  }
FIRN_DEFINE_ERROR(InvalidInput)
FIRN_DEFINE_ERROR(InvalidConfig)
FIRN_DEFINE_ERROR(Corrupt)
FIRN_DEFINE_ERROR(NotFound)
FIRN_DEFINE_ERROR(AlreadyExists)
FIRN_DEFINE_ERROR(Conflict)
FIRN_DEFINE_ERROR(CommitStateUnknown)
FIRN_DEFINE_ERROR(Unavailable)
FIRN_DEFINE_ERROR(Timeout)
FIRN_DEFINE_ERROR(Unauthorized)
FIRN_DEFINE_ERROR(Unsupported)
FIRN_DEFINE_ERROR(ResourceExhausted)
FIRN_DEFINE_ERROR(Cancelled)
FIRN_DEFINE_ERROR(Internal)
#undef FIRN_DEFINE_ERROR

/// Done, or an Error. `return {};` or `return OkStatus();` is success.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: an Error is a failed Status

  bool ok() const { return !error_.has_value(); }
  /// Requires !ok().
  const Error& error() const { return *error_; }
  Status WithContext(std::string_view context) const { return ok() ? Status() : Status(error_->WithContext(context)); }

 private:
  std::optional<Error> error_;
};

inline Status OkStatus() {
  return {};
}

/// A T, or why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  /// Requires ok().
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const& { return ok() ? value() : std::move(other); }

  /// Requires !ok().
  const Error& error() const { return *std::get_if<1>(&state_); }
  Status status() const { return ok() ? Status() : Status(error()); }
  Result WithContext(std::string_view context) && {
    if (ok()) return std::move(*this);
    return error().WithContext(context);
  }

 private:
  std::variant<T, Error> state_;
};

#define FIRN_CONCAT_INNER(a, b) a##b
#define FIRN_CONCAT(a, b) FIRN_CONCAT_INNER(a, b)

/// Returns from the enclosing function when `expression` (Status or Result) has failed.
#define FIRN_TRY(expression)                                   \
  do {                                                         \
    auto firn_try_status = (expression);                       \
    if (!firn_try_status.ok()) return firn_try_status.error(); \
  } while (false)

/// `FIRN_ASSIGN(auto x, F());` declares x from a Result, or returns its error.
#define FIRN_ASSIGN(lhs, expression) FIRN_ASSIGN_IMPL(FIRN_CONCAT(firn_result_, __LINE__), lhs, expression)
#define FIRN_ASSIGN_IMPL(result, lhs, expression) \
  auto result = (expression);                     \
  if (!result.ok()) return result.error();        \
  lhs = std::move(result).value()

}  // namespace firn
