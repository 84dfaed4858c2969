#include "iceberg/catalog/sql_names.h"

namespace firn::iceberg {

Status CheckLevels(const Namespace& levels) {
  if (levels.empty()) return InvalidInput("a namespace needs a name");
  for (const std::string& level : levels) {
    if (level.empty() || level.find('.') != std::string::npos) {
      return InvalidInput("a namespace level must not be empty or hold a dot: {}", level);
    }
  }
  return OkStatus();
}

std::string LikeChildren(const std::string& ns) {
  std::string out;
  for (const char c : ns) {
    if (c == '!' || c == '_' || c == '%') out += '!';
    out += c;
  }
  return out + ".%";
}

}  // namespace firn::iceberg
