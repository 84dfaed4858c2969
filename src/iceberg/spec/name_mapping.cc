#include "iceberg/spec/name_mapping.h"

#include <algorithm>

namespace firn::iceberg {

const MappedField* NameMapping::Find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const MappedField& field) {
    return std::find(field.names.begin(), field.names.end(), name) != field.names.end();
  });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace firn::iceberg
