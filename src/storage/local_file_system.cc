#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "storage/file_system.h"
#include "storage/system_error.h"

namespace firn::storage {
namespace {

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }
  int Release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

/// Repeats a system call that a signal interrupted.
template <typename Call>
auto Retrying(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

Result<Descriptor> OpenDescriptor(const std::string& path, int flags) {
  const int descriptor = Retrying([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0644); });
  if (descriptor < 0) return SystemError("open", path, errno);
  return Descriptor(descriptor);
}

class LocalFile final : public File {
 public:
  LocalFile(Descriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Status Append(std::string_view bytes) override { return AppendParts({&bytes, 1}); }

  Status AppendParts(std::span<const std::string_view> parts) override {
    std::vector<iovec> waiting;
    waiting.reserve(parts.size());
    for (const std::string_view part : parts) {
      if (!part.empty()) waiting.push_back({const_cast<char*>(part.data()), part.size()});
    }
    size_t first = 0;
    while (first < waiting.size()) {
      const int count = static_cast<int>(std::min<size_t>(waiting.size() - first, IOV_MAX));
      const ssize_t written = Retrying([&] { return ::writev(descriptor_.get(), &waiting[first], count); });
      if (written < 0) return SystemError("write", path_, errno);
      first = SkipWritten(waiting, first, static_cast<size_t>(written));
    }
    return OkStatus();
  }

  Result<std::string> ReadAt(uint64_t offset, size_t length) const override {
    // Trusts no length that a caller took from stored bytes.
    FIRN_ASSIGN(const uint64_t size, Size());
    std::string bytes(std::min<uint64_t>(length, size - std::min(size, offset)), '\0');
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t read = Retrying([&] {
        return ::pread(descriptor_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      });
      if (read < 0) return SystemError("read", path_, errno);
      if (read == 0) break;
      done += static_cast<size_t>(read);
    }
    bytes.resize(done);
    return bytes;
  }

  Result<uint64_t> Size() const override {
    struct stat info{};
    if (::fstat(descriptor_.get(), &info) != 0) return SystemError("stat", path_, errno);
    return static_cast<uint64_t>(info.st_size);
  }

  Status Sync() override {
    if (Retrying([&] { return ::fdatasync(descriptor_.get()); }) != 0) return SystemError("sync", path_, errno);
    return OkStatus();
  }

  Status Truncate(uint64_t size) override {
    if (Retrying([&] { return ::ftruncate(descriptor_.get(), static_cast<off_t>(size)); }) != 0) {
      return SystemError("truncate", path_, errno);
    }
    return OkStatus();
  }

 private:
  static size_t SkipWritten(std::vector<iovec>& waiting, size_t first, size_t written) {
    while (first < waiting.size() && written >= waiting[first].iov_len) written -= waiting[first++].iov_len;
    if (written > 0) {
      waiting[first].iov_base = static_cast<char*>(waiting[first].iov_base) + written;
      waiting[first].iov_len -= written;
    }
    return first;
  }

  Descriptor descriptor_;
  std::string path_;
};

int FlagsOf(FileSystem::Mode mode) {
  switch (mode) {
    case FileSystem::Mode::kRead:
      return O_RDONLY;
    case FileSystem::Mode::kAppend:
      return O_RDWR | O_APPEND | O_CREAT;
    case FileSystem::Mode::kCreateNew:
      return O_RDWR | O_APPEND | O_CREAT | O_EXCL;
  }
  return O_RDONLY;
}

class LocalFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, Mode mode) override {
    FIRN_ASSIGN(Descriptor descriptor, OpenDescriptor(path, FlagsOf(mode)));
    return std::unique_ptr<File>(std::make_unique<LocalFile>(std::move(descriptor), path));
  }

  Result<std::vector<std::string>> List(const std::string& folder) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), ::closedir);
    if (stream == nullptr) return SystemError("list", folder, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) return SystemError("list", folder, errno);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<bool> Exists(const std::string& path) override {
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return SystemError("stat", path, errno);
  }

  Result<FileInfo> Stat(const std::string& path) override {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0) return SystemError("stat", path, errno);
    const bool is_link = S_ISLNK(info.st_mode);
    if (is_link && ::stat(path.c_str(), &info) != 0) return SystemError("stat", path, errno);
    const int64_t modified_ms = int64_t{info.st_mtim.tv_sec} * 1000 + info.st_mtim.tv_nsec / 1'000'000;
    return FileInfo{static_cast<uint64_t>(info.st_size), modified_ms, S_ISDIR(info.st_mode), is_link};
  }

  Status CreateFolders(const std::string& folder) override {
    std::vector<std::string> missing;
    for (std::string path = folder;;) {
      FIRN_ASSIGN(const bool exists, Exists(path));
      if (exists) break;
      missing.push_back(path);
      path = ParentFolder(path);
    }
    for (auto path = missing.rbegin(); path != missing.rend(); ++path) {
      if (::mkdir(path->c_str(), 0755) != 0 && errno != EEXIST) return SystemError("make folder", *path, errno);
      FIRN_TRY(SyncFolder(ParentFolder(*path)));
    }
    FIRN_ASSIGN(const FileInfo info, Stat(folder));
    if (!info.is_folder) return AlreadyExists("not a folder, but a file: {}", folder);
    return OkStatus();
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return SystemError("rename", from + " to " + to, errno);
    return OkStatus();
  }

  Status RenameNoReplace(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return OkStatus();
    if (errno != EINVAL && errno != ENOSYS) return SystemError("rename", from + " to " + to, errno);
    // Some file systems lack the flag; a hard link never replaces either.
    if (::link(from.c_str(), to.c_str()) != 0) return SystemError("link", from + " to " + to, errno);
    return Remove(from);
  }

  Status Remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0) return SystemError("remove", path, errno);
    return OkStatus();
  }

  Status SyncFolder(const std::string& folder) override {
    FIRN_ASSIGN(const Descriptor descriptor, OpenDescriptor(folder, O_RDONLY | O_DIRECTORY));
    if (Retrying([&] { return ::fsync(descriptor.get()); }) != 0) return SystemError("sync folder", folder, errno);
    return OkStatus();
  }

  Result<uint64_t> FreeBytes(const std::string& folder) override {
    struct statvfs info{};
    if (::statvfs(folder.c_str(), &info) != 0) return SystemError("ask for free space", folder, errno);
    return uint64_t{info.f_bavail} * info.f_frsize;
  }

  Result<std::unique_ptr<FolderLock>> Lock(const std::string& folder) override {
    FIRN_TRY(CreateFolders(folder));
    const std::string path = folder + "/LOCK";
    FIRN_ASSIGN(Descriptor descriptor, OpenDescriptor(path, O_RDWR | O_CREAT));
    if (Retrying([&] { return ::flock(descriptor.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno != EWOULDBLOCK) return SystemError("lock", path, errno);
      return AlreadyExists("folder is in use by {}: {}", HolderOf(descriptor.get()), folder);
    }
    const std::string holder = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor.get(), 0) != 0 || ::pwrite(descriptor.get(), holder.data(), holder.size(), 0) < 0) {
      return SystemError("write", path, errno);
    }
    return std::make_unique<FolderLock>([raw = descriptor.Release()] { ::close(raw); });
  }

 private:
  static std::string HolderOf(int descriptor) {
    char text[32] = {};
    const ssize_t length = ::pread(descriptor, text, sizeof(text) - 1, 0);
    const std::string_view digits(text, length > 0 ? static_cast<size_t>(length) : 0);
    const size_t end = digits.find_first_not_of("0123456789");
    if (digits.empty() || end == 0) return "another process";
    return "process " + std::string(digits.substr(0, end));
  }
};

}  // namespace

std::unique_ptr<FileSystem> MakeLocalFileSystem() {
  return std::make_unique<LocalFileSystem>();
}

Result<std::unique_ptr<FolderLock>> FolderLock::Acquire(const std::string& folder) {
  return LocalFileSystem().Lock(folder);
}

}  // namespace firn::storage
