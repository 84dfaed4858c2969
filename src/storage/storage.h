#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/byte_sink.h"
#include "base/result.h"
#include "storage/file_system.h"

namespace firn::storage {

/// A file or object being written. Nothing is visible under its location, and nothing durable, until Close returns OK;
/// destroyed without Close, it leaves nothing behind. One thread. After a failed Append or Close only destruction is
/// allowed.
class ObjectWriter : public ByteSink {
 public:
  /// Makes the object visible and durable (local: fsync of file and directory). Fails with kAlreadyExists, leaving the
  /// other object alone, when the location is taken. kTimeout and, for S3, kUnavailable leave open whether the object
  /// is there.
  virtual Status Close() = 0;
  virtual uint64_t bytes_written() const = 0;
};

struct ObjectInfo {
  std::string location;
  uint64_t size_bytes = 0;
  int64_t modified_ms = 0;  ///< since 1970
};

/// Immutable objects under absolute locations: `/abs/path`, `file:///abs/path`, `file:/abs/path`, `s3://bucket/key`
/// (s3a, s3n the same). Locations are literal: nothing is encoded or decoded. Thread-safe. Errors: kNotFound,
/// kAlreadyExists, kUnauthorized, kUnavailable (retry later), kTimeout, kResourceExhausted (disk full), kInvalidInput
/// (not a location), kUnsupported (unknown scheme).
class Storage {
 public:
  virtual ~Storage() = default;

  virtual Result<std::string> Read(const std::string& location) = 0;
  /// Exactly `length` bytes; kCorrupt when the object is shorter.
  virtual Result<std::string> ReadRange(const std::string& location, uint64_t offset, uint64_t length) = 0;
  virtual Result<ObjectInfo> Stat(const std::string& location) = 0;
  /// On local disk the bytes go to `.firn-….tmp` in the same folder; only a killed process leaves such a file behind,
  /// and List shows it, so that it is found by who looks for orphans. On S3, Arrow's file system has no conditional
  /// PUT: Close asks with HEAD whether the key is taken, so two writers of one key in the same instant can both
  /// succeed. Give objects names that nobody else makes (a UUID).
  virtual Result<std::unique_ptr<ObjectWriter>> Create(const std::string& location) = 0;
  /// Create, Append, Close in one.
  Status Write(const std::string& location, std::string_view bytes);
  /// An absent object is success. On local disk a deletion is not fsynced: after a power loss the object may be there
  /// again.
  virtual Status Delete(const std::string& location) = 0;
  /// Every object whose location begins with `prefix` taken as a folder, in no order, in the spelling of `prefix`. An
  /// absent folder is empty. Symbolic links to folders are not followed, `prefix` itself excepted.
  virtual Status List(const std::string& prefix, const std::function<Status(const ObjectInfo&)>& visit) = 0;
  /// Where the object really is, after the path map: for a reader that opens files itself. Other storages keep it as it
  /// is.
  virtual std::string Resolve(const std::string& location) const { return location; }
};

struct S3Options {
  std::string endpoint;    ///< "http://127.0.0.1:7070"; "" = AWS
  std::string region;      ///< "" = AWS_REGION, AWS_DEFAULT_REGION, else us-east-1
  std::string access_key;  ///< "" = the SDK's chain (environment, files, instance role)
  std::string secret_key;
  std::string session_token;
  bool path_style = false;  ///< always so with an endpoint
};

struct StorageOptions {
  S3Options s3;
  /// PREFIX → PATH: locations beginning with PREFIX (location_prefix.h) are looked for under PATH (first match).
  /// Written metadata keeps the original spelling.
  std::vector<std::pair<std::string, std::string>> path_map;
  /// The local disk; null = the machine's.
  std::shared_ptr<FileSystem> file_system;
};

/// A storage that sends each location to the file system of its scheme; S3 is loaded on first use (storage/s3_library.h
/// says what main must own for that).
Result<std::shared_ptr<Storage>> OpenStorage(const StorageOptions& options);

/// A warehouse as it goes into metadata, without a trailing slash. Local paths, relative ones under the working folder,
/// and `file:` URIs become `file:///abs/path`, as PyIceberg spells them (Java's `file:/abs/path` is the same place);
/// other URIs stay verbatim. kInvalidConfig when it is empty or has a scheme that Firn does not know.
Result<std::string> NormalizeWarehouse(std::string_view path_or_uri);

/// The local path of an absolute location with no scheme or `file:`; kUnsupported for another scheme, kInvalidInput for
/// a relative path.
Result<std::string> LocalPath(std::string_view location);

}  // namespace firn::storage
