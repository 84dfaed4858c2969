#include "iceberg/catalog/catalog.h"

namespace firn::iceberg {

std::string ToString(const Namespace& levels) {
  return fmt::format("{}", fmt::join(levels, "."));
}

std::string ToString(const TableIdentifier& identifier) {
  return identifier.levels.empty() ? identifier.name : ToString(identifier.levels) + '.' + identifier.name;
}

Result<TableIdentifier> ParseTableIdentifier(std::string_view text) {
  TableIdentifier identifier;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('.', begin), text.size());
    if (end == begin) return InvalidInput("a table is named NAMESPACE.TABLE, not: {}", text);
    identifier.levels.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (identifier.levels.size() < 2) return InvalidInput("a table is named NAMESPACE.TABLE, not: {}", text);
  identifier.name = std::move(identifier.levels.back());
  identifier.levels.pop_back();
  return identifier;
}

}  // namespace firn::iceberg
