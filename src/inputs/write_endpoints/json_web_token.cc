#include "inputs/write_endpoints/json_web_token.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "inputs/write_endpoints/credentials.h"

namespace firn::inputs::write_endpoints {
namespace {

using nlohmann::json;

std::optional<json> DecodePart(std::string_view part) {
  const auto text = DecodeBase64(part);
  if (!text) return std::nullopt;
  json value = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return std::nullopt;
  return value;
}

std::string TextOf(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<double> NumberOf(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

const EVP_MD* DigestOf(const json& header) {
  const std::string algorithm = TextOf(header, "alg");
  if (algorithm == "HS256") return EVP_sha256();
  if (algorithm == "HS384") return EVP_sha384();
  if (algorithm == "HS512") return EVP_sha512();
  return nullptr;
}

bool IsSigned(std::string_view text, std::string_view signature, std::string_view secret, const EVP_MD* digest) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  const auto* made = HMAC(digest, secret.data(), static_cast<int>(secret.size()),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &length);
  const auto given = DecodeBase64(signature);
  return made != nullptr && given && EqualInConstantTime(*given, {reinterpret_cast<const char*>(bytes), length});
}

std::string_view BearerToken(const http::Request& request) {
  for (const char* header : {"Authorization", "Authentication"}) {
    const std::string_view value = http::FindHeader(request.headers, header);
    constexpr std::string_view kScheme = "Bearer ";
    if (value.starts_with(kScheme)) return value.substr(kScheme.size());
  }
  return {};
}

}  // namespace

bool HoldsToken(const http::Request& request, std::string_view secret, std::string_view username, const Clock& clock) {
  const std::string_view token = BearerToken(request);
  const size_t first_dot = token.find('.');
  const size_t last_dot = token.rfind('.');
  if (first_dot == std::string_view::npos || first_dot == last_dot) return false;
  const auto header = DecodePart(token.substr(0, first_dot));
  const auto claims = DecodePart(token.substr(first_dot + 1, last_dot - first_dot - 1));
  if (!header || !claims) return false;
  const EVP_MD* digest = DigestOf(*header);
  if (digest == nullptr || !IsSigned(token.substr(0, last_dot), token.substr(last_dot + 1), secret, digest))
    return false;
  const double now_seconds = static_cast<double>(clock.NowNs()) / 1e9;
  const auto expires = NumberOf(*claims, "exp");
  const auto not_before = NumberOf(*claims, "nbf");
  const bool in_time = expires && now_seconds < *expires && now_seconds >= not_before.value_or(now_seconds);
  return in_time && EqualInConstantTime(TextOf(*claims, "username"), username);
}

}  // namespace firn::inputs::write_endpoints
