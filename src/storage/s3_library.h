#pragma once

namespace firn::storage {

/// Ends Arrow's S3 library, when a storage has loaded it, while the program still stands.
///
/// The library has threads and global state that must be taken down before static destruction. Declare one of these
/// first in main (and in a test's main), so that it outlives every Storage; S3 cannot be used again afterwards. Costs
/// nothing when S3 was never used.
class S3Library {
 public:
  S3Library() = default;
  ~S3Library();
  S3Library(const S3Library&) = delete;
  S3Library& operator=(const S3Library&) = delete;
};

}  // namespace firn::storage
