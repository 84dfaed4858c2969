#include "inputs/write_endpoints/credentials.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/checksum.h"

namespace firn::inputs::write_endpoints {
namespace {

bool TakeScheme(std::string_view& value, std::string_view scheme) {
  const bool same =
      value.size() > scheme.size() && value[scheme.size()] == ' ' &&
      std::equal(scheme.begin(), scheme.end(), value.begin(), [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  if (!same) return false;
  value.remove_prefix(scheme.size());
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return true;
}

Credentials SplitAtColon(std::string_view pair) {
  const size_t colon = pair.find(':');
  if (colon == std::string_view::npos) return {"", std::string(pair)};
  return {std::string(pair.substr(0, colon)), std::string(pair.substr(colon + 1))};
}

int Base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  // The length of the secret is no secret; the loop runs over what the client sent.
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    const char other = b.empty() ? '\0' : b[i % b.size()];
    difference |= static_cast<unsigned char>(a[i] ^ other);
  }
  return difference == 0;
}

std::optional<Credentials> ReadAuthorization(const http::Request& request) {
  std::string_view value = http::FindHeader(request.headers, "Authorization");
  if (TakeScheme(value, "Basic")) {
    const auto decoded = DecodeBase64(value);
    if (!decoded) return std::nullopt;
    return SplitAtColon(*decoded);
  }
  if (TakeScheme(value, "Token")) return SplitAtColon(value);
  if (TakeScheme(value, "Bearer")) return Credentials{"", std::string(value)};
  return std::nullopt;
}

std::optional<Credentials> ReadAuthorizationOrParameters(const http::Request& request) {
  if (auto credentials = ReadAuthorization(request)) return credentials;
  if (!request.HasParameter("p") && !request.HasParameter("u")) return std::nullopt;
  return Credentials{std::string(request.Parameter("u")), std::string(request.Parameter("p"))};
}

std::string TokenName(std::string_view token) {
  if (token.empty()) return {};
  const Digest128 digest = ContentDigest(token);
  return ToHex({reinterpret_cast<const char*>(digest.data()), 8});
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : text) {
    const int digit = Base64Digit(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      bytes.push_back(static_cast<char>(bits >> bit_count & 0xff));
    }
  }
  return bytes;
}

}  // namespace firn::inputs::write_endpoints
