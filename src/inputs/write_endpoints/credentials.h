#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"

namespace firn::inputs::write_endpoints {

/// Compares without telling by its duration where two texts differ.
bool EqualInConstantTime(std::string_view a, std::string_view b);

/// A user and what proves it, from wherever a client put them.
struct Credentials {
  std::string user;      ///< "" for a bare token
  std::string password;  ///< or the token
};

/// Reads `Authorization: Basic …`, `Token user:password`, `Token …` and `Bearer …`. Nothing when there is none of
/// these.
std::optional<Credentials> ReadAuthorization(const http::Request& request);
/// The same, else the query parameters `u` and `p` (InfluxDB 1.x).
std::optional<Credentials> ReadAuthorizationOrParameters(const http::Request& request);

/// Names whoever sent a token without giving the token away: 16 hexadecimal digits of its digest. "" for "".
std::string TokenName(std::string_view token);

/// Decodes base64 (either alphabet) with or without padding; nothing when it is not base64.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace firn::inputs::write_endpoints
