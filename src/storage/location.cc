#include "storage/location.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "storage/storage.h"

namespace firn::storage {
namespace {

bool IsSchemeCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
}

std::string_view WithoutTrailingSlashes(std::string_view text) {
  while (text.size() > 1 && text.back() == '/') text.remove_suffix(1);
  return text;
}

/// The path behind `file:`. An authority other than "localhost" would be another machine.
Result<std::string> PathOfFileUri(std::string_view location, std::string_view rest) {
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    if (rest.starts_with("localhost/")) rest.remove_prefix(std::string_view("localhost").size());
  }
  if (!rest.starts_with('/')) return InvalidInput("a file URI needs an absolute path, as file:///folder: {}", location);
  return std::string(rest);
}

}  // namespace

std::string LocationScheme(std::string_view location) {
  const size_t colon = location.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 >= location.size() || location[colon + 1] != '/')
    return "";
  const std::string_view scheme = location.substr(0, colon);
  if (!std::all_of(scheme.begin(), scheme.end(), IsSchemeCharacter)) return "";
  std::string lower(scheme);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

Result<ParsedLocation> ParseLocation(std::string_view location) {
  const std::string scheme = LocationScheme(location);
  if (scheme.empty()) {
    if (!location.starts_with('/')) return InvalidInput("a location must be an absolute path or a URI: '{}'", location);
    return ParsedLocation{Scheme::kLocal, std::string(location)};
  }
  const std::string_view rest = location.substr(scheme.size() + 1);
  if (scheme == "file") {
    FIRN_ASSIGN(std::string path, PathOfFileUri(location, rest));
    return ParsedLocation{Scheme::kLocal, std::move(path)};
  }
  if (scheme == "s3" || scheme == "s3a" || scheme == "s3n") {
    if (!rest.starts_with("//") || rest.size() < 3 || rest[2] == '/')
      return InvalidInput("an S3 location needs a bucket, as s3://bucket/key: {}", location);
    return ParsedLocation{Scheme::kS3, std::string(rest.substr(2))};
  }
  return Unsupported("no storage for the scheme '{}' (known: file, s3, s3a, s3n): {}", scheme, location);
}

Result<std::string> LocalPath(std::string_view location) {
  FIRN_ASSIGN(ParsedLocation parsed, ParseLocation(location));
  if (parsed.scheme != Scheme::kLocal) return Unsupported("not on local disk: {}", location);
  return std::move(parsed.path);
}

Result<std::string> NormalizeWarehouse(std::string_view path_or_uri) {
  if (path_or_uri.empty())
    return InvalidConfig("the warehouse is empty; give a folder or a URI such as s3://bucket/warehouse");
  const bool has_scheme = !LocationScheme(path_or_uri).empty();
  std::filesystem::path path(path_or_uri);
  if (has_scheme) {
    auto parsed = ParseLocation(path_or_uri);
    if (!parsed.ok()) return InvalidConfig("warehouse: {}", parsed.error().message());
    if (parsed->scheme != Scheme::kLocal) return std::string(WithoutTrailingSlashes(path_or_uri));
    path = parsed->path;
  }
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return InvalidConfig("warehouse '{}' cannot be made absolute: {}", path_or_uri, error.message());
  return "file://" + std::string(WithoutTrailingSlashes(absolute.lexically_normal().native()));
}

}  // namespace firn::storage
