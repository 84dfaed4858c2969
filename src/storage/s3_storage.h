#pragma once

#include <memory>

#include "base/result.h"
#include "storage/storage.h"

namespace firn::storage {

/// Objects in S3 or what speaks its protocol, through Arrow's file system. Takes S3 locations only.
///
/// A writer holds at most one part (10 MiB) in memory; an object smaller than that is one PUT, a larger one a multipart
/// upload, which is aborted when the writer is abandoned. Deleting leaves an empty "folder/" marker object behind when
/// the folder became empty (Arrow does that); List does not show markers. Loads the S3 library (s3_library.h).
/// kInternal after the library has ended; kInvalidConfig for options that make no client.
Result<std::shared_ptr<Storage>> MakeS3Storage(const S3Options& options);

}  // namespace firn::storage
