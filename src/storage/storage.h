#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_sink.h"
#include "base/result.h"

namespace firn::storage {

/// A file or object being written. Nothing is visible under its location, and nothing durable, until Close returns OK;
/// destroyed without Close, it leaves nothing behind. One thread.
class ObjectWriter : public ByteSink {
 public:
  /// Makes the object visible and durable (local: fsync of file and directory). Fails with kAlreadyExists, leaving the other
  /// object alone, when the location is taken.
  virtual Status Close() = 0;
  virtual uint64_t bytes_written() const = 0;
};

struct ObjectInfo {
  std::string location;
  uint64_t size_bytes = 0;
  int64_t modified_ms = 0;  ///< since 1970
};

/// Immutable objects under absolute locations: `/abs/path`, `file:///abs/path`, `file:/abs/path`, `s3://bucket/key` (s3a, s3n
/// the same). Locations are literal: nothing is encoded or decoded. Thread-safe. Errors: kNotFound, kAlreadyExists,
/// kUnauthorized, kUnavailable (retry later), kTimeout.
class Storage {
 public:
  virtual ~Storage() = default;

  virtual Result<std::string> Read(const std::string& location) = 0;
  /// Exactly `length` bytes; kCorrupt when the object is shorter.
  virtual Result<std::string> ReadRange(const std::string& location, uint64_t offset, uint64_t length) = 0;
  virtual Result<ObjectInfo> Stat(const std::string& location) = 0;
  virtual Result<std::unique_ptr<ObjectWriter>> Create(const std::string& location) = 0;
  /// Create, Append, Close in one.
  Status Write(const std::string& location, std::string_view bytes);
  /// An absent object is success.
  virtual Status Delete(const std::string& location) = 0;
  /// Every object whose location begins with `prefix` taken as a folder, in no order. An absent folder is empty.
  virtual Status List(const std::string& prefix, const std::function<Status(const ObjectInfo&)>& visit) = 0;
};

struct S3Options {
  std::string endpoint;            ///< "http://127.0.0.1:7070"; "" = AWS
  std::string region;              ///< "" = AWS_REGION, AWS_DEFAULT_REGION, else us-east-1
  std::string access_key;          ///< "" = the SDK's chain (environment, files, instance role)
  std::string secret_key;
  std::string session_token;
  bool path_style = false;         ///< set by default with an endpoint
};

struct StorageOptions {
  S3Options s3;
  /// PREFIX → PATH: locations beginning with PREFIX are looked for under PATH instead (first match). Written metadata keeps the
  /// original spelling.
  std::vector<std::pair<std::string, std::string>> path_map;
};

/// A storage that sends each location to the file system of its scheme; S3 is loaded on first use.
Result<std::shared_ptr<Storage>> OpenStorage(const StorageOptions& options);

/// The location as it goes into metadata: relative paths become absolute `file:///…`-less paths are kept as Java writes them
/// for local disk (`file:///abs`), URIs stay verbatim without a trailing slash.
Result<std::string> NormalizeWarehouse(std::string_view path_or_uri);

/// The local path of a location with no scheme or `file:`; kUnsupported otherwise.
Result<std::string> LocalPath(std::string_view location);

}  // namespace firn::storage
