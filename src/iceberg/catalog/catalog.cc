#include "iceberg/catalog/catalog.h"

#include <algorithm>

namespace firn::iceberg {

std::string ToString(const Namespace& levels) {
  return fmt::format("{}", fmt::join(levels, "."));
}

std::string ToString(const TableIdentifier& identifier) {
  return identifier.levels.empty() ? identifier.name : ToString(identifier.levels) + '.' + identifier.name;
}

Namespace SplitNamespace(std::string_view text) {
  Namespace levels;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('.', begin), text.size());
    levels.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return levels;
}

Result<TableIdentifier> ParseTableIdentifier(std::string_view text) {
  TableIdentifier identifier{SplitNamespace(text), {}};
  const bool whole =
      std::none_of(identifier.levels.begin(), identifier.levels.end(), [](const auto& level) { return level.empty(); });
  if (!whole || identifier.levels.size() < 2) return InvalidInput("a table is named NAMESPACE.TABLE, not: {}", text);
  identifier.name = std::move(identifier.levels.back());
  identifier.levels.pop_back();
  return identifier;
}

}  // namespace firn::iceberg
