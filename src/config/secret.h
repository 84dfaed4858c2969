#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace firn::config {

/// A string that must not be seen: it formats as `***`. Only Reveal() gives it away.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  const std::string& Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string text_;
};

}  // namespace firn::config

template <>
struct fmt::formatter<firn::config::Secret> : fmt::formatter<std::string_view> {
  auto format(const firn::config::Secret& secret, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(secret.empty() ? "" : "***", context);
  }
};
