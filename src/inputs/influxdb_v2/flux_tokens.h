#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace firn::inputs::influxdb_v2 {

enum class TokenKind : uint8_t { kIdentifier, kNumber, kDuration, kTime, kString, kRegex, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kSymbol;
  std::string_view text;  ///< as written; strings with their quotes

  bool Is(std::string_view what) const { return text == what && kind != TokenKind::kString; }
};

/// The tokens of a Flux query, without comments and blanks; views into `flux`. It knows just enough of the language to
/// find calls and literals, and takes any text: what the server will refuse comes out as some tokens.
std::vector<Token> TokenizeFlux(std::string_view flux);

/// A duration literal ("1h30m", "500ms") in ns; a month counts 30 days, a year 365. None when it is none or beyond
/// int64.
std::optional<int64_t> ParseFluxDuration(std::string_view text);

}  // namespace firn::inputs::influxdb_v2
