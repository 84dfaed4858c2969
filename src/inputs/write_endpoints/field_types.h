#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "point/batch.h"

namespace firn::inputs::write_endpoints {

/// What InfluxDB's storage would have refused of a body.
struct FieldRefusals {
  uint64_t dropped = 0;  ///< points
  std::string reason;    ///< of the first one, in InfluxDB's words
  bool changed = false;  ///< the batches are not what the body says any more

  bool empty() const { return dropped == 0; }
};

/// Remembers the type of each field, so that a listener can answer as InfluxDB does: a point whose field has another
/// type than before is dropped, and so is a field named `time`.
///
/// The memory begins empty and is bounded: beyond `max_fields` new fields are not remembered, so no conflict is found
/// in them. Thread-safe.
class FieldTypes {
 public:
  explicit FieldTypes(size_t max_fields = 100'000) : max_fields_(max_fields) {}

  /// Drops what InfluxDB would drop from `batches`, and empty batches with it.
  FieldRefusals Apply(std::vector<point::Batch>& batches);

 private:
  void ApplyTo(point::Batch& batch, FieldRefusals& refusals);
  void DropTimeField(point::Batch& batch, FieldRefusals& refusals);

  const size_t max_fields_;
  std::mutex mutex_;
  std::unordered_map<std::string, point::FieldType> types_;  // key: database, measurement, field, each ended by NUL
};

}  // namespace firn::inputs::write_endpoints
