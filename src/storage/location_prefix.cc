#include "storage/location_prefix.h"

namespace firn::storage {

std::string_view WithoutFileScheme(std::string_view location) {
  constexpr std::string_view kScheme = "file:";
  if (!location.starts_with(kScheme)) return location;
  location.remove_prefix(kScheme.size());
  if (location.starts_with("///")) location.remove_prefix(2);
  return location;
}

LocationPrefix::LocationPrefix(std::string_view prefix) : prefix_(WithoutFileScheme(prefix)) {
  while (prefix_.ends_with('/')) prefix_.pop_back();
}

bool LocationPrefix::Begins(std::string_view location) const {
  location = WithoutFileScheme(location);
  if (!location.starts_with(prefix_)) return false;
  return location.size() == prefix_.size() || location[prefix_.size()] == '/';
}

std::string_view LocationPrefix::Rest(std::string_view location) const {
  return WithoutFileScheme(location).substr(prefix_.size());
}

}  // namespace firn::storage
