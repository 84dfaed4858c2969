#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace firn::testing {

/// A file that may be written anywhere, as databases do.
class RandomAccessFile : public storage::File {
 public:
  /// What lies between the end of the file and `offset` becomes zeros.
  virtual Status WriteAt(uint64_t offset, std::string_view bytes) = 0;
};

/// A disk in memory that fails, fills up and loses power as a test tells it to. Thread-safe.
///
/// The power-loss model is as harsh as POSIX allows. What Sync has not covered is lost, kept or torn, each sector (of
/// 512 bytes or 4 KiB, by the seed) by itself and in any order; a file's size may be there without its bytes (zeros).
/// Names that SyncFolder has not covered may be there or not, renames and removals alike. After a failed Sync, what was
/// written before is never made durable by a later one. CreateFolders is durable at once.
class FaultFileSystem final : public storage::FileSystem {
 public:
  enum class Effect { kNone, kPart, kWhole };

  FaultFileSystem();
  ~FaultFileSystem() override;

  /// Calls so far; every operation of this class and of its files counts as one.
  uint64_t calls() const;
  /// The call number `call` (from 1, counted as calls() does) fails with `kind`; a write takes half of its bytes first.
  void FailCall(uint64_t call, ErrorKind kind);
  /// From the call number `call` on, all fail, as when the machine is off. `effect` says what became of that call
  /// itself.
  void StopAtCall(uint64_t call, Effect effect);
  /// StopAtCall has come to pass: the machine is off.
  bool is_off() const;
  /// Called with each operation ("sync /a/b") before it is done, under the lock of this class; for traces.
  void OnCall(std::function<void(uint64_t call, const std::string& what)> listener);
  /// Bytes that fit on the disk.
  void SetCapacity(uint64_t bytes);
  /// Machine off and on: keeps what is durable and, by `seed`, some of the rest; open files are dead, locks are gone,
  /// faults over.
  void LosePower(uint64_t seed);
  /// The process dies, the machine stays on: all written bytes are there, open files are dead, locks are gone, faults
  /// are over.
  void KillProcess();

  /// Bytes of a file as a process would read them; for tests to look at and to damage. The file must exist.
  std::string Contents(const std::string& path) const;
  void SetContents(const std::string& path, std::string bytes);
  void Damage(const std::string& path, uint64_t offset);

  Result<std::unique_ptr<storage::File>> Open(const std::string& path, Mode mode) override;
  /// As Open, for who writes anywhere in the file.
  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path, Mode mode);
  Result<std::vector<std::string>> List(const std::string& folder) override;
  Result<bool> Exists(const std::string& path) override;
  Result<storage::FileInfo> Stat(const std::string& path) override;
  Status CreateFolders(const std::string& folder) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status RenameNoReplace(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status SyncFolder(const std::string& folder) override;
  Result<uint64_t> FreeBytes(const std::string& folder) override;
  Result<std::unique_ptr<storage::FolderLock>> Lock(const std::string& folder) override;

 private:
  class OpenFile;
  struct Node;
  struct NameChange;
  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace firn::testing
