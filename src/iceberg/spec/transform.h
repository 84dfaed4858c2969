#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "iceberg/spec/type.h"

namespace firn::iceberg {

/// What turns a column's value into a partition or sort value (Iceberg spec, "Partition Transforms").
struct Transform {
  enum class Kind : uint8_t { kIdentity, kBucket, kTruncate, kYear, kMonth, kDay, kHour, kVoid, kUnknown };

  Kind kind = Kind::kIdentity;
  int32_t width = 0;         ///< bucket[N], truncate[W]
  std::string unknown_text;  ///< what metadata said, for kUnknown

  static Transform Identity() { return {}; }
  static Transform Bucket(int32_t count) { return {Kind::kBucket, count, {}}; }
  static Transform Truncate(int32_t width) { return {Kind::kTruncate, width, {}}; }
  static Transform Year() { return {Kind::kYear, 0, {}}; }
  static Transform Month() { return {Kind::kMonth, 0, {}}; }
  static Transform Day() { return {Kind::kDay, 0, {}}; }
  static Transform Hour() { return {Kind::kHour, 0, {}}; }
  static Transform Void() { return {Kind::kVoid, 0, {}}; }

  bool operator==(const Transform&) const = default;
};

/// Never fails: a transform that is not known keeps its text, so that readers may go on without pruning by it.
Transform ParseTransform(std::string_view text);
/// `identity`, `bucket[16]`, …
std::string ToString(const Transform& transform);

/// kInvalidInput where the transform does not take such a column.
Result<Type> TransformResultType(const Transform& transform, const Type& source);

/// Null gives null. `value` must be of type `source`, for which TransformResultType succeeds; kUnsupported for
/// kUnknown.
Result<Literal> ApplyTransform(const Transform& transform, const Type& source, const Literal& value);

/// Text of a partition value for folder names, before encoding: `2024-02-29`, `14.20`, `null`
/// (docs/formats/manifests.md).
std::string HumanPartitionValue(const Transform& transform, const Type& source, const Literal& value);

/// murmur3, 32 bits, x86, seed 0, as buckets and the object-store layout use it.
uint32_t Murmur3(std::string_view bytes);
/// Hash of a value before masking; what `bucket` takes. kInvalidInput for types that cannot be hashed.
Result<uint32_t> BucketHash(const Type& type, const Literal& value);

}  // namespace firn::iceberg
