#include "storage/s3_storage.h"

#include <arrow/buffer.h>
#include <arrow/filesystem/s3fs.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/future.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include "storage/location.h"
#include "storage/s3_library.h"

namespace firn::storage {
namespace {

/// What the AWS SDK writes into its messages, and what it means for the caller. The first that is found counts.
constexpr std::pair<std::string_view, ErrorKind> kMeanings[] = {
    {"ACCESS_DENIED", ErrorKind::kUnauthorized},
    {"INVALID_ACCESS_KEY_ID", ErrorKind::kUnauthorized},
    {"INVALID_CLIENT_TOKEN_ID", ErrorKind::kUnauthorized},
    {"SIGNATURE_DOES_NOT_MATCH", ErrorKind::kUnauthorized},
    {"UNRECOGNIZED_CLIENT", ErrorKind::kUnauthorized},
    {"ExpiredToken", ErrorKind::kUnauthorized},
    {"NO_SUCH_KEY", ErrorKind::kNotFound},
    {"NO_SUCH_BUCKET", ErrorKind::kNotFound},
    {"RESOURCE_NOT_FOUND", ErrorKind::kNotFound},
    {"Path does not exist", ErrorKind::kNotFound},
    {"REQUEST_TIMEOUT", ErrorKind::kTimeout},
    {"curlCode: 28", ErrorKind::kTimeout},
};

Error FromArrow(const arrow::Status& status, std::string_view what, std::string_view location) {
  ErrorKind kind = status.IsInvalid() ? ErrorKind::kInvalidInput : ErrorKind::kUnavailable;
  if (status.IsOutOfMemory()) kind = ErrorKind::kResourceExhausted;
  for (const auto& [text, meaning] : kMeanings) {
    if (status.message().find(text) == std::string::npos) continue;
    kind = meaning;
    break;
  }
  return {kind, fmt::format("cannot {}: {}: {}", what, status.message(), location)};
}

#define FIRN_TRY_ARROW(expression, what, location)                                    \
  do {                                                                                \
    const arrow::Status firn_arrow_status = (expression);                             \
    if (!firn_arrow_status.ok()) return FromArrow(firn_arrow_status, what, location); \
  } while (false)

Result<std::string> S3Path(const std::string& location) {
  FIRN_ASSIGN(ParsedLocation parsed, ParseLocation(location));
  if (parsed.scheme != Scheme::kS3) return Unsupported("not on S3: {}", location);
  return std::move(parsed.path);
}

bool IsTaken(const arrow::fs::FileInfo& info) {
  return info.type() == arrow::fs::FileType::File;
}

class S3ObjectWriter final : public ObjectWriter {
 public:
  S3ObjectWriter(std::shared_ptr<arrow::fs::S3FileSystem> files, std::string location, std::string path)
      : files_(std::move(files)), location_(std::move(location)), path_(std::move(path)) {}

  ~S3ObjectWriter() override {
    // A failure leaves parts of an upload that no listing of objects shows; buckets have a rule to expire those.
    if (stream_ != nullptr) static_cast<void>(stream_->Abort().ok());
  }

  Status Open() {
    auto stream = files_->OpenOutputStream(path_, nullptr);
    FIRN_TRY_ARROW(stream.status(), "create object", location_);
    stream_ = std::move(stream).ValueUnsafe();
    return OkStatus();
  }

  Status Append(std::string_view bytes) override {
    if (stream_ == nullptr) return Internal("object is closed: {}", location_);
    bytes_written_ += bytes.size();
    FIRN_TRY_ARROW(stream_->Write(bytes.data(), static_cast<int64_t>(bytes.size())), "write object", location_);
    return OkStatus();
  }

  Status Close() override {
    if (stream_ == nullptr) return Internal("object is closed: {}", location_);
    const auto info = files_->GetFileInfo(path_);
    FIRN_TRY_ARROW(info.status(), "ask for object", location_);
    if (IsTaken(*info)) return AlreadyExists("object exists: {}", location_);
    FIRN_TRY_ARROW(stream_->Close(), "finish object", location_);
    stream_ = nullptr;
    return OkStatus();
  }

  uint64_t bytes_written() const override { return bytes_written_; }

 private:
  std::shared_ptr<arrow::fs::S3FileSystem> files_;
  std::string location_;
  std::string path_;
  std::shared_ptr<arrow::io::OutputStream> stream_;  ///< null before Open and once closed
  uint64_t bytes_written_ = 0;
};

class S3Storage final : public Storage {
 public:
  explicit S3Storage(std::shared_ptr<arrow::fs::S3FileSystem> files) : files_(std::move(files)) {}

  Result<std::string> Read(const std::string& location) override {
    FIRN_ASSIGN(const std::string path, S3Path(location));
    FIRN_ASSIGN(const OpenObject object, Open(path, location));
    return ReadFrom(object, location, {0, object.size_bytes});
  }

  Result<std::string> ReadRange(const std::string& location, uint64_t offset, uint64_t length) override {
    FIRN_ASSIGN(const std::string path, S3Path(location));
    // Opening asks for the size (HEAD): Arrow does not notice when an answer to GET is shorter than the range.
    FIRN_ASSIGN(const OpenObject object, Open(path, location));
    if (offset > object.size_bytes || length > object.size_bytes - offset) {
      return Corrupt("object ends before {} bytes at offset {} (it has {}): {}", length, offset, object.size_bytes,
                     location);
    }
    return ReadFrom(object, location, {offset, length});
  }

  Result<ObjectInfo> Stat(const std::string& location) override {
    FIRN_ASSIGN(const std::string path, S3Path(location));
    const auto info = files_->GetFileInfo(path);
    FIRN_TRY_ARROW(info.status(), "ask for object", location);
    if (!IsTaken(*info)) return NotFound("no such object: {}", location);
    return Describe(location, *info);
  }

  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& location) override {
    FIRN_ASSIGN(std::string path, S3Path(location));
    auto writer = std::make_unique<S3ObjectWriter>(files_, location, std::move(path));
    FIRN_TRY(writer->Open());
    return std::unique_ptr<ObjectWriter>(std::move(writer));
  }

  Status Delete(const std::string& location) override {
    FIRN_ASSIGN(const std::string path, S3Path(location));
    const arrow::Status deleted = files_->DeleteFile(path);
    if (deleted.ok()) return OkStatus();
    Error error = FromArrow(deleted, "delete object", location);
    if (error.kind() == ErrorKind::kNotFound) return OkStatus();
    return error;
  }

  Status List(const std::string& prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
    std::string spelling = prefix;
    while (spelling.ends_with('/')) spelling.pop_back();
    FIRN_ASSIGN(const std::string path, S3Path(spelling));
    const std::string scheme = spelling.substr(0, spelling.size() - path.size());
    arrow::fs::FileSelector selector;
    selector.base_dir = path;
    selector.recursive = true;
    selector.allow_not_found = true;
    const arrow::fs::FileInfoGenerator pages = files_->GetFileInfoGenerator(selector);
    for (;;) {
      const auto page = pages().result();
      FIRN_TRY_ARROW(page.status(), "list objects", prefix);
      if (page->empty()) return OkStatus();
      for (const arrow::fs::FileInfo& info : *page) {
        if (IsTaken(info)) FIRN_TRY(visit(Describe(scheme + info.path(), info)));
      }
    }
  }

 private:
  struct OpenObject {
    std::shared_ptr<arrow::io::RandomAccessFile> file;
    uint64_t size_bytes;
  };
  struct Range {
    uint64_t offset;
    uint64_t length;
  };

  Result<OpenObject> Open(const std::string& path, const std::string& location) {
    auto file = files_->OpenInputFile(path);
    FIRN_TRY_ARROW(file.status(), "open object", location);
    const auto size = (*file)->GetSize();
    FIRN_TRY_ARROW(size.status(), "open object", location);
    return OpenObject{std::move(file).ValueUnsafe(), static_cast<uint64_t>(*size)};
  }

  static Result<std::string> ReadFrom(const OpenObject& object, const std::string& location, Range range) {
    std::string bytes(range.length, '\0');
    if (bytes.empty()) return bytes;
    const auto read =
        object.file->ReadAt(static_cast<int64_t>(range.offset), static_cast<int64_t>(range.length), bytes.data());
    FIRN_TRY_ARROW(read.status(), "read object", location);
    if (static_cast<uint64_t>(*read) != range.length) {
      return Unavailable("object was cut off while being read: {}", location);
    }
    return bytes;
  }

  static ObjectInfo Describe(std::string location, const arrow::fs::FileInfo& info) {
    const auto since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(info.mtime().time_since_epoch());
    return {std::move(location), static_cast<uint64_t>(info.size()), since_epoch.count()};
  }

  std::shared_ptr<arrow::fs::S3FileSystem> files_;
};

std::string RegionOf(const S3Options& options) {
  if (!options.region.empty()) return options.region;
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "us-east-1";
}

Result<arrow::fs::S3Options> ToArrow(const S3Options& options) {
  auto made = options.access_key.empty()
                  ? arrow::fs::S3Options::Defaults()
                  : arrow::fs::S3Options::FromAccessKey(options.access_key, options.secret_key, options.session_token);
  made.region = RegionOf(options);
  if (!options.endpoint.empty()) {
    const size_t colon = options.endpoint.find("://");
    if (colon == std::string::npos)
      return InvalidConfig("an S3 endpoint needs its scheme, as http://127.0.0.1:7070: {}", options.endpoint);
    made.scheme = options.endpoint.substr(0, colon);
    made.endpoint_override = options.endpoint.substr(colon + 3);
    while (made.endpoint_override.ends_with('/')) made.endpoint_override.pop_back();
  }
  made.background_writes = false;  // else parts wait in memory without bound
  made.allow_delayed_open = true;  // small objects: one PUT
  return made;
}

}  // namespace

S3Library::~S3Library() {
  if (arrow::fs::IsS3Initialized()) static_cast<void>(arrow::fs::FinalizeS3().ok());
}

Result<std::shared_ptr<Storage>> MakeS3Storage(const S3Options& options) {
  FIRN_TRY_ARROW(arrow::fs::EnsureS3Initialized(), "load S3", options.endpoint);
  FIRN_ASSIGN(const arrow::fs::S3Options made, ToArrow(options));
  auto files = arrow::fs::S3FileSystem::Make(made);
  if (!files.ok()) return InvalidConfig("cannot use S3: {}", files.status().message());
  return std::shared_ptr<Storage>(std::make_shared<S3Storage>(std::move(files).ValueUnsafe()));
}

}  // namespace firn::storage
