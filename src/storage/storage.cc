#include "storage/storage.h"

#include <mutex>
#include <optional>

#include "storage/local_storage.h"
#include "storage/location.h"
#include "storage/location_prefix.h"
#include "storage/s3_storage.h"

namespace firn::storage {
namespace {

/// PREFIX → PATH of the options.
class PathMap {
 public:
  struct Entry {
    std::string prefix;
    std::string path;
  };
  explicit PathMap(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  const Entry* Find(std::string_view location) const {
    for (const Entry& entry : entries_) {
      if (LocationPrefix(entry.prefix).Begins(location)) return &entry;
    }
    return nullptr;
  }

  static std::string Exchange(std::string_view location, std::string_view from, std::string_view to) {
    return std::string(to).append(LocationPrefix(from).Rest(location));
  }

  std::string Map(const std::string& location) const {
    const Entry* entry = Find(location);
    return entry == nullptr ? location : Exchange(location, entry->prefix, entry->path);
  }

 private:
  std::vector<Entry> entries_;
};

class RoutedStorage final : public Storage {
 public:
  RoutedStorage(std::shared_ptr<Storage> local, S3Options s3_options, PathMap path_map)
      : local_(std::move(local)), s3_options_(std::move(s3_options)), path_map_(std::move(path_map)) {}

  Result<std::string> Read(const std::string& location) override {
    FIRN_ASSIGN(const Route route, Find(location));
    return route.storage->Read(route.location);
  }

  Result<std::string> ReadRange(const std::string& location, uint64_t offset, uint64_t length) override {
    FIRN_ASSIGN(const Route route, Find(location));
    return route.storage->ReadRange(route.location, offset, length);
  }

  Result<ObjectInfo> Stat(const std::string& location) override {
    FIRN_ASSIGN(const Route route, Find(location));
    FIRN_ASSIGN(ObjectInfo info, route.storage->Stat(route.location));
    info.location = location;
    return info;
  }

  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& location) override {
    FIRN_ASSIGN(const Route route, Find(location));
    return route.storage->Create(route.location);
  }

  Status Delete(const std::string& location) override {
    FIRN_ASSIGN(const Route route, Find(location));
    return route.storage->Delete(route.location);
  }

  Status List(const std::string& prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
    FIRN_ASSIGN(const Route route, Find(prefix));
    if (route.location == prefix) return route.storage->List(route.location, visit);
    return route.storage->List(route.location, [&](const ObjectInfo& info) {
      ObjectInfo respelled = info;
      respelled.location = PathMap::Exchange(info.location, route.location, prefix);
      return visit(respelled);
    });
  }

  std::string Resolve(const std::string& location) const override { return path_map_.Map(location); }

 private:
  struct Route {
    std::shared_ptr<Storage> storage;
    std::string location;
  };

  Result<Route> Find(const std::string& location) {
    std::string mapped = path_map_.Map(location);
    FIRN_ASSIGN(const ParsedLocation parsed, ParseLocation(mapped));
    if (parsed.scheme == Scheme::kLocal) return Route{local_, std::move(mapped)};
    FIRN_ASSIGN(std::shared_ptr<Storage> s3, S3());
    return Route{std::move(s3), std::move(mapped)};
  }

  Result<std::shared_ptr<Storage>> S3() {
    const std::lock_guard lock(s3_mutex_);
    if (s3_ == nullptr) {
      FIRN_ASSIGN(s3_, MakeS3Storage(s3_options_));
    }
    return s3_;
  }

  std::shared_ptr<Storage> local_;
  S3Options s3_options_;
  PathMap path_map_;
  std::mutex s3_mutex_;
  std::shared_ptr<Storage> s3_;  ///< guarded by s3_mutex_; null before its first use
};

}  // namespace

Status Storage::Write(const std::string& location, std::string_view bytes) {
  FIRN_ASSIGN(const auto writer, Create(location));
  FIRN_TRY(writer->Append(bytes));
  return writer->Close();
}

Result<std::shared_ptr<Storage>> OpenStorage(const StorageOptions& options) {
  std::vector<PathMap::Entry> path_map;
  for (const auto& [prefix, path] : options.path_map) {
    if (prefix.empty()) return InvalidConfig("a path map needs PREFIX=PATH; the prefix is empty (for '{}')", path);
    FIRN_ASSIGN(std::string target, NormalizeWarehouse(path));
    path_map.push_back({prefix, std::move(target)});
  }
  std::shared_ptr<FileSystem> files = options.file_system;
  if (files == nullptr) files = MakeLocalFileSystem();
  return std::shared_ptr<Storage>(
      std::make_shared<RoutedStorage>(MakeLocalStorage(std::move(files)), options.s3, PathMap(std::move(path_map))));
}

}  // namespace firn::storage
