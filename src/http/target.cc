#include "http/target.h"

#include <algorithm>

#include "http/server.h"

namespace firn::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

struct Decoded {
  std::string text;
  bool well_formed = true;
};

Decoded DecodePercent(std::string_view text, char plus_means) {
  Decoded decoded;
  decoded.text.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded.text.push_back(plus_means);
      continue;
    }
    const int high = text[i] == '%' && i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      decoded.text.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.well_formed = decoded.well_formed && text[i] != '%';
      decoded.text.push_back(text[i]);
    }
  }
  return decoded;
}

}  // namespace

Result<Target> ParseTarget(std::string_view target) {
  if (const size_t scheme = target.find("://"); scheme != std::string_view::npos && target.front() != '/') {
    const size_t path = target.find_first_of("/?", scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  target = target.substr(0, target.find('#'));
  const size_t question = target.find('?');
  Decoded path = DecodePercent(target.substr(0, question), '+');
  if (!path.well_formed) return InvalidInput("malformed escape in the path");
  if (path.text.empty()) path.text = "/";
  return Target{std::move(path.text),
                question == std::string_view::npos ? std::string() : std::string(target.substr(question + 1))};
}

std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view raw_query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!raw_query.empty()) {
    const size_t end = raw_query.find('&');
    const std::string_view pair = raw_query.substr(0, end);
    raw_query.remove_prefix(end == std::string_view::npos ? raw_query.size() : end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    parameters.emplace_back(DecodePercent(pair.substr(0, equals), ' ').text, DecodePercent(value, ' ').text);
  }
  return parameters;
}

std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (ToLower(c) >= 'a' && ToLower(c) <= 'z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return encoded;
}

std::string_view FindHeader(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    const bool same = key.size() == name.size() && std::equal(key.begin(), key.end(), name.begin(),
                                                              [](char a, char b) { return ToLower(a) == ToLower(b); });
    if (same) return value;
  }
  return {};
}

std::string_view Request::Parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

bool Request::HasParameter(std::string_view name) const {
  return std::any_of(query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; });
}

}  // namespace firn::http
