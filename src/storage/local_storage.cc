#include "storage/local_storage.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "storage/folder_durability.h"
#include "storage/location.h"

namespace firn::storage {
namespace {

constexpr size_t kBufferBytes = 256 * 1024;

/// A name that no other writer of this machine uses: process, its start, count.
std::string UnfinishedName() {
  static const int64_t started = std::chrono::system_clock::now().time_since_epoch().count();
  static std::atomic<uint64_t> count{0};
  return fmt::format(".firn-{}-{:x}-{}.tmp", ::getpid(), started, count.fetch_add(1));
}

/// What all writers of one storage share; kept alive by them.
struct Shared {
  explicit Shared(std::shared_ptr<FileSystem> files) : file_system(std::move(files)), durability(*file_system) {}
  std::shared_ptr<FileSystem> file_system;
  FolderDurability durability;
};

class LocalObjectWriter final : public ObjectWriter {
 public:
  struct Target {
    std::string path;
    std::string unfinished_path;
  };

  LocalObjectWriter(std::shared_ptr<Shared> shared, Target target, std::unique_ptr<File> file)
      : shared_(std::move(shared)), target_(std::move(target)), file_(std::move(file)) {}

  ~LocalObjectWriter() override {
    file_.reset();
    // Nothing can be done about a failure here; the name tells what the file is.
    if (!closed_) static_cast<void>(shared_->file_system->Remove(target_.unfinished_path));
  }

  Status Append(std::string_view bytes) override {
    if (file_ == nullptr) return Internal("object is closed: {}", target_.path);
    bytes_written_ += bytes.size();
    if (buffer_.size() + bytes.size() < kBufferBytes) {
      buffer_.append(bytes);
      return OkStatus();
    }
    const std::string_view parts[] = {buffer_, bytes};
    FIRN_TRY(file_->AppendParts(parts));
    buffer_.clear();
    return OkStatus();
  }

  Status Close() override {
    if (file_ == nullptr) return Internal("object is closed: {}", target_.path);
    FIRN_TRY(file_->Append(buffer_));
    FIRN_TRY(file_->Sync());
    file_.reset();
    FIRN_TRY(shared_->file_system->RenameNoReplace(target_.unfinished_path, target_.path));
    closed_ = true;
    Status synced = shared_->durability.Sync(ParentFolder(target_.path));
    // Not durable, so it must not be seen either; the caller was told that it failed.
    if (!synced.ok()) static_cast<void>(shared_->file_system->Remove(target_.path));
    return synced;
  }

  uint64_t bytes_written() const override { return bytes_written_; }

 private:
  std::shared_ptr<Shared> shared_;
  Target target_;
  std::unique_ptr<File> file_;  ///< null once closed
  std::string buffer_;
  uint64_t bytes_written_ = 0;
  bool closed_ = false;  ///< renamed: the unfinished name is gone
};

class LocalStorage final : public Storage {
 public:
  explicit LocalStorage(std::shared_ptr<FileSystem> file_system)
      : shared_(std::make_shared<Shared>(std::move(file_system))) {}

  Result<std::string> Read(const std::string& location) override {
    FIRN_ASSIGN(const std::string path, LocalPath(location));
    return files().ReadFile(path);
  }

  Result<std::string> ReadRange(const std::string& location, uint64_t offset, uint64_t length) override {
    FIRN_ASSIGN(const std::string path, LocalPath(location));
    FIRN_ASSIGN(const auto file, files().Open(path, FileSystem::Mode::kRead));
    FIRN_ASSIGN(std::string bytes, file->ReadAt(offset, length));
    if (bytes.size() != length) {
      return Corrupt("object ends before {} bytes at offset {} ({} are there): {}", length, offset, bytes.size(),
                     location);
    }
    return bytes;
  }

  Result<ObjectInfo> Stat(const std::string& location) override {
    FIRN_ASSIGN(const std::string path, LocalPath(location));
    FIRN_ASSIGN(const FileInfo info, files().Stat(path));
    if (info.is_folder) return NotFound("a folder is no object: {}", location);
    return ObjectInfo{location, info.size_bytes, info.modified_ms};
  }

  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& location) override {
    FIRN_ASSIGN(std::string path, LocalPath(location));
    const std::string folder = ParentFolder(path);
    std::string unfinished = folder + "/" + UnfinishedName();
    FIRN_TRY(shared_->durability.Ensure(folder));
    auto file = files().Open(unfinished, FileSystem::Mode::kCreateNew);
    if (!file.ok() && file.error().kind() == ErrorKind::kNotFound) {
      // Somebody removed the folder since it was made.
      shared_->durability.Forget();
      FIRN_TRY(shared_->durability.Ensure(folder));
      file = files().Open(unfinished, FileSystem::Mode::kCreateNew);
    }
    if (!file.ok()) return file.error();
    LocalObjectWriter::Target target{std::move(path), std::move(unfinished)};
    return std::unique_ptr<ObjectWriter>(
        std::make_unique<LocalObjectWriter>(shared_, std::move(target), std::move(file).value()));
  }

  Status Delete(const std::string& location) override {
    FIRN_ASSIGN(const std::string path, LocalPath(location));
    Status removed = files().Remove(path);
    if (!removed.ok() && removed.error().kind() == ErrorKind::kNotFound) return OkStatus();
    return removed;
  }

  Status List(const std::string& prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
    std::string spelling = prefix;
    while (spelling.size() > 1 && spelling.ends_with('/')) spelling.pop_back();
    FIRN_ASSIGN(std::string root, LocalPath(spelling));
    // Pairs of path and the location as the caller spells it; a stack, so that deep folders cost no recursion.
    std::vector<std::pair<std::string, std::string>> folders{{std::move(root), std::move(spelling)}};
    while (!folders.empty()) {
      const auto [folder, location] = std::move(folders.back());
      folders.pop_back();
      auto names = files().List(folder);
      if (!names.ok() && names.error().kind() == ErrorKind::kNotFound) continue;  // absent, or removed meanwhile
      if (!names.ok()) return names.error();
      for (const std::string& name : *names) {
        std::string path = folder + "/" + name;
        std::string child = location + "/" + name;
        auto info = files().Stat(path);
        if (!info.ok() && info.error().kind() == ErrorKind::kNotFound) continue;
        if (!info.ok()) return info.error();
        if (!info->is_folder) {
          FIRN_TRY(visit({std::move(child), info->size_bytes, info->modified_ms}));
        } else if (!info->is_link) {
          folders.emplace_back(std::move(path), std::move(child));
        }
      }
    }
    return OkStatus();
  }

 private:
  FileSystem& files() { return *shared_->file_system; }

  std::shared_ptr<Shared> shared_;
};

}  // namespace

std::shared_ptr<Storage> MakeLocalStorage(std::shared_ptr<FileSystem> file_system) {
  return std::make_shared<LocalStorage>(std::move(file_system));
}

}  // namespace firn::storage
