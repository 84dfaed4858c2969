#include "fault_sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <set>
#include <utility>

namespace firn::testing {
namespace {

/// The locks on one database file, one entry a connection (SQLite's documentation, "File Locking And Concurrency").
class LockTable {
 public:
  bool Raise(const std::string& path, const void* owner, int level) {
    const std::lock_guard guard(mutex_);
    std::map<const void*, int>& holders = by_path_[path];
    int strongest_other = SQLITE_LOCK_NONE;
    for (const auto& [other, held] : holders) {
      if (other != owner) strongest_other = std::max(strongest_other, held);
    }
    int& own = holders[owner];
    if (own >= level) return true;
    if (level == SQLITE_LOCK_SHARED && strongest_other >= SQLITE_LOCK_PENDING) return false;
    if (level == SQLITE_LOCK_RESERVED && strongest_other >= SQLITE_LOCK_RESERVED) return false;
    if (level == SQLITE_LOCK_EXCLUSIVE && strongest_other > SQLITE_LOCK_NONE) return false;
    own = level;
    return true;
  }
  void Lower(const std::string& path, const void* owner, int level) {
    const std::lock_guard guard(mutex_);
    std::map<const void*, int>& holders = by_path_[path];
    if (level == SQLITE_LOCK_NONE) {
      holders.erase(owner);
    } else {
      holders[owner] = std::min(holders[owner], level);
    }
  }
  bool IsReserved(const std::string& path) {
    const std::lock_guard guard(mutex_);
    const std::map<const void*, int>& holders = by_path_[path];
    return std::any_of(holders.begin(), holders.end(),
                       [](const auto& holder) { return holder.second >= SQLITE_LOCK_RESERVED; });
  }
  void Clear() {
    const std::lock_guard guard(mutex_);
    by_path_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::map<const void*, int>> by_path_;
};

int ToSqlite(const Status& status, int otherwise) {
  if (status.ok()) return SQLITE_OK;
  return status.error().kind() == ErrorKind::kResourceExhausted ? SQLITE_FULL : otherwise;
}

/// An open file, in the memory that SQLite gives for it.
struct DiskFile {
  sqlite3_file base;  // first: SQLite sees only this
  FaultFileSystem* disk;
  LockTable* locks;
  std::unique_ptr<RandomAccessFile> file;
  std::string path;
  bool folder_is_due;  ///< the name is not durable yet
  bool delete_on_close;
};

DiskFile& Of(sqlite3_file* file) {
  return *reinterpret_cast<DiskFile*>(file);
}

int Close(sqlite3_file* base) {
  DiskFile& file = Of(base);
  file.locks->Lower(file.path, &file, SQLITE_LOCK_NONE);
  if (file.delete_on_close) (void)file.disk->Remove(file.path);
  file.~DiskFile();
  return SQLITE_OK;
}

int Read(sqlite3_file* base, void* out, int length, sqlite3_int64 offset) {
  const auto bytes = Of(base).file->ReadAt(static_cast<uint64_t>(offset), static_cast<size_t>(length));
  if (!bytes.ok()) return SQLITE_IOERR_READ;
  std::memcpy(out, bytes->data(), bytes->size());
  if (bytes->size() == static_cast<size_t>(length)) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + bytes->size(), 0, static_cast<size_t>(length) - bytes->size());
  return SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* base, const void* bytes, int length, sqlite3_int64 offset) {
  const std::string_view view(static_cast<const char*>(bytes), static_cast<size_t>(length));
  return ToSqlite(Of(base).file->WriteAt(static_cast<uint64_t>(offset), view), SQLITE_IOERR_WRITE);
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  return ToSqlite(Of(base).file->Truncate(static_cast<uint64_t>(size)), SQLITE_IOERR_TRUNCATE);
}

int Sync(sqlite3_file* base, int /*flags*/) {
  DiskFile& file = Of(base);
  if (!file.file->Sync().ok()) return SQLITE_IOERR_FSYNC;
  if (file.folder_is_due && !file.disk->SyncFolder(storage::ParentFolder(file.path)).ok())
    return SQLITE_IOERR_DIR_FSYNC;
  file.folder_is_due = false;
  return SQLITE_OK;
}

int FileSize(sqlite3_file* base, sqlite3_int64* size) {
  const auto found = Of(base).file->Size();
  if (!found.ok()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(*found);
  return SQLITE_OK;
}

int Lock(sqlite3_file* base, int level) {
  DiskFile& file = Of(base);
  return file.locks->Raise(file.path, &file, level) ? SQLITE_OK : SQLITE_BUSY;
}

int Unlock(sqlite3_file* base, int level) {
  DiskFile& file = Of(base);
  file.locks->Lower(file.path, &file, level);
  return SQLITE_OK;
}

int CheckReservedLock(sqlite3_file* base, int* reserved) {
  DiskFile& file = Of(base);
  *reserved = file.locks->IsReserved(file.path) ? 1 : 0;
  return SQLITE_OK;
}

int FileControl(sqlite3_file* /*base*/, int /*operation*/, void* /*argument*/) {
  return SQLITE_NOTFOUND;
}
int SectorSize(sqlite3_file* /*base*/) {
  return 4096;
}
int DeviceCharacteristics(sqlite3_file* /*base*/) {
  return 0;
}

const sqlite3_io_methods kMethods = {1,
                                     Close,
                                     Read,
                                     Write,
                                     Truncate,
                                     Sync,
                                     FileSize,
                                     Lock,
                                     Unlock,
                                     CheckReservedLock,
                                     FileControl,
                                     SectorSize,
                                     DeviceCharacteristics,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr,
                                     nullptr};

}  // namespace

/// Registered as the default; what is not below its folder goes to the VFS that was the default before.
class SqliteOnFaultDisk::Vfs {
 public:
  Vfs(FaultFileSystem& disk, std::string folder) : disk_(disk), folder_(std::move(folder)) {
    static std::atomic<uint64_t> count{0};
    name_ = "fault-disk-" + std::to_string(++count);
    system_ = sqlite3_vfs_find("unix");
    methods_ = *system_;
    methods_.szOsFile = std::max(static_cast<int>(sizeof(DiskFile)), system_->szOsFile);
    methods_.zName = name_.c_str();
    methods_.pAppData = this;
    methods_.xOpen = Open;
    methods_.xDelete = Delete;
    methods_.xAccess = Access;
    methods_.xFullPathname = FullPathname;
    const std::lock_guard guard(all_mutex());
    all().insert(this);
    sqlite3_vfs_register(&methods_, 1);
  }
  ~Vfs() {
    const std::lock_guard guard(all_mutex());
    all().erase(this);
    sqlite3_vfs_unregister(&methods_);
    if (sqlite3_vfs* next = all().empty() ? system_ : &(*all().rbegin())->methods_) sqlite3_vfs_register(next, 1);
  }
  LockTable& locks() { return locks_; }

 private:
  static std::mutex& all_mutex() {
    static std::mutex mutex;
    return mutex;
  }
  static std::set<Vfs*>& all() {
    static std::set<Vfs*> set;
    return set;
  }
  /// Whose folder `path` is below; null = the machine's.
  static Vfs* OwnerOf(const char* path) {
    if (path == nullptr) return nullptr;
    const std::lock_guard guard(all_mutex());
    for (Vfs* vfs : all()) {
      if (std::string_view(path).starts_with(vfs->folder_ + "/")) return vfs;
    }
    return nullptr;
  }
  static Vfs& Self(sqlite3_vfs* vfs) { return *static_cast<Vfs*>(vfs->pAppData); }

  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    Vfs* owner = OwnerOf(path);
    if (owner == nullptr) return Self(vfs).system_->xOpen(Self(vfs).system_, path, file, flags, out_flags);
    file->pMethods = nullptr;
    const bool create = (flags & SQLITE_OPEN_CREATE) != 0;
    const auto there = owner->disk_.Exists(path);
    if (!there.ok()) return SQLITE_CANTOPEN;
    auto opened = owner->disk_.OpenRandomAccess(path, create || (flags & SQLITE_OPEN_READWRITE) != 0
                                                          ? storage::FileSystem::Mode::kAppend
                                                          : storage::FileSystem::Mode::kRead);
    if (!opened.ok() || (!*there && !create)) return SQLITE_CANTOPEN;
    new (file) DiskFile{{&kMethods},
                        &owner->disk_,
                        &owner->locks_,
                        std::move(*opened),
                        path,
                        !*there,
                        (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  static int Delete(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    Vfs* owner = OwnerOf(path);
    if (owner == nullptr) return Self(vfs).system_->xDelete(Self(vfs).system_, path, sync_folder);
    const Status removed = owner->disk_.Remove(path);
    if (!removed.ok() && removed.error().kind() == ErrorKind::kNotFound) return SQLITE_IOERR_DELETE_NOENT;
    if (!removed.ok()) return SQLITE_IOERR_DELETE;
    if (sync_folder == 0) return SQLITE_OK;
    return owner->disk_.SyncFolder(storage::ParentFolder(path)).ok() ? SQLITE_OK : SQLITE_IOERR_DIR_FSYNC;
  }
  static int Access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
    Vfs* owner = OwnerOf(path);
    if (owner == nullptr) return Self(vfs).system_->xAccess(Self(vfs).system_, path, flags, result);
    const auto there = owner->disk_.Exists(path);
    if (!there.ok()) return SQLITE_IOERR_ACCESS;
    *result = *there ? 1 : 0;
    // As the system's VFS has it: an empty journal is none.
    if (*there && flags == SQLITE_ACCESS_EXISTS) *result = owner->disk_.Contents(path).empty() ? 0 : 1;
    return SQLITE_OK;
  }
  static int FullPathname(sqlite3_vfs* vfs, const char* path, int length, char* out) {
    if (OwnerOf(path) == nullptr) return Self(vfs).system_->xFullPathname(Self(vfs).system_, path, length, out);
    sqlite3_snprintf(length, out, "%s", path);
    return SQLITE_OK;
  }

  FaultFileSystem& disk_;
  const std::string folder_;
  std::string name_;
  sqlite3_vfs* system_;
  sqlite3_vfs methods_;
  LockTable locks_;
};

SqliteOnFaultDisk::SqliteOnFaultDisk(FaultFileSystem& disk, std::string folder)
    : vfs_(std::make_unique<Vfs>(disk, std::move(folder))) {}
SqliteOnFaultDisk::~SqliteOnFaultDisk() = default;

void SqliteOnFaultDisk::ReleaseLocks() {
  vfs_->locks().Clear();
}

}  // namespace firn::testing
