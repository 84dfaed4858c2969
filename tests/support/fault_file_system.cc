#include "fault_file_system.h"

#include <algorithm>
#include <random>
#include <utility>

namespace firn::testing {
namespace {

constexpr uint64_t kUnlimited = uint64_t{1} << 40;
constexpr size_t kSectorSizes[] = {512, 4096};

Error NoSuchFile(const std::string& path) {
  return NotFound("no such file: {}", path);
}
Error PowerIsOff() {
  return Unavailable("the machine is off");
}

}  // namespace

/// A file's bytes: what a process reads, what a power loss leaves for certain, and what is between the two.
struct FaultFileSystem::Node {
  struct Change {
    bool is_truncation = false;
    uint64_t offset = 0;  ///< or the new size
    std::string bytes;
  };
  std::string live;
  std::string durable;
  std::vector<Change> pending;

  void Write(std::string_view bytes) { WriteAt(live.size(), bytes); }
  void WriteAt(uint64_t offset, std::string_view bytes) {
    pending.push_back({false, offset, std::string(bytes)});
    if (live.size() < offset + bytes.size()) live.resize(offset + bytes.size());
    live.replace(offset, bytes.size(), bytes);
  }
  void Truncate(uint64_t size) {
    pending.push_back({true, size, ""});
    live.resize(size);
  }
  void Sync() {
    durable = live;
    pending.clear();
  }

  void LosePower(std::mt19937_64& random, size_t sector_bytes) {
    for (const Change& change : pending) {
      if (change.is_truncation) {
        if (random() % 2 == 0) durable.resize(change.offset);
        continue;
      }
      for (size_t at = 0; at < change.bytes.size();) {
        // Sectors of the disk, not of the write.
        const size_t length = std::min(sector_bytes - (change.offset + at) % sector_bytes, change.bytes.size() - at);
        KeepOrLose(change.offset + at, std::string_view(change.bytes).substr(at, length), random);
        at += length;
      }
    }
    pending.clear();
    live = durable;
  }

 private:
  void KeepOrLose(uint64_t offset, std::string_view bytes, std::mt19937_64& random) {
    const uint64_t coin = random() % 3;
    if (coin == 0) return;
    if (durable.size() < offset + bytes.size()) durable.resize(offset + bytes.size());
    if (coin == 1) durable.replace(offset, bytes.size(), bytes);
  }
};

/// A name that came (node), or went (no node), since its folder was synced.
struct FaultFileSystem::NameChange {
  std::string folder;
  std::string gone;
  std::string come;
  std::shared_ptr<Node> node;
};

struct FaultFileSystem::State {
  using Names = std::map<std::string, std::shared_ptr<Node>>;

  mutable std::mutex mutex;
  uint64_t calls = 0;
  std::map<uint64_t, ErrorKind> failures;
  std::optional<uint64_t> stop_at;
  std::function<void(uint64_t, const std::string&)> listener;
  Effect stop_effect = Effect::kNone;
  uint64_t capacity = kUnlimited;
  uint64_t epoch = 0;  ///< files opened before the last crash are dead
  Names live;
  Names durable;
  std::vector<NameChange> pending;
  std::set<std::string> folders{"/", "."};
  std::set<std::string> locks;

  /// Counts a call: what of it takes effect, and what it answers.
  std::pair<Effect, Status> Step(const std::string& what) {
    ++calls;
    if (listener) listener(calls, what);
    if (stop_at.has_value() && calls > *stop_at) return {Effect::kNone, PowerIsOff()};
    if (stop_at.has_value() && calls == *stop_at) return {stop_effect, PowerIsOff()};
    const auto failure = failures.find(calls);
    if (failure == failures.end()) return {Effect::kWhole, OkStatus()};
    return {Effect::kPart, Error(failure->second, "scripted failure: " + what)};
  }

  uint64_t UsedBytes() const {
    if (capacity == kUnlimited) return 0;
    uint64_t used = 0;
    for (const auto& [path, node] : live) used += node->live.size();
    return used;
  }

  void Restart() {
    failures.clear();
    stop_at.reset();
    locks.clear();
    ++epoch;
  }
};

class FaultFileSystem::OpenFile final : public RandomAccessFile {
 public:
  OpenFile(std::shared_ptr<State> state, std::shared_ptr<Node> node, std::string path, bool writable)
      : state_(std::move(state)),
        node_(std::move(node)),
        path_(std::move(path)),
        writable_(writable),
        epoch_(state_->epoch) {}

  Status Append(std::string_view bytes) override { return AppendParts({&bytes, 1}); }

  Status AppendParts(std::span<const std::string_view> parts) override {
    std::string bytes;
    for (const std::string_view part : parts) bytes.append(part);
    const std::lock_guard lock(state_->mutex);
    return WriteWithLock(node_->live.size(), bytes);
  }

  Status WriteAt(uint64_t offset, std::string_view bytes) override {
    const std::lock_guard lock(state_->mutex);
    return WriteWithLock(offset, bytes);
  }

  Result<std::string> ReadAt(uint64_t offset, size_t length) const override {
    const std::lock_guard lock(state_->mutex);
    const auto [effect, status] = Step("read " + path_);
    if (!status.ok()) return status.error();
    if (offset >= node_->live.size()) return std::string();
    return node_->live.substr(offset, length);
  }

  Result<uint64_t> Size() const override {
    const std::lock_guard lock(state_->mutex);
    const auto [effect, status] = Step("stat " + path_);
    if (!status.ok()) return status.error();
    return node_->live.size();
  }

  Status Sync() override {
    const std::lock_guard lock(state_->mutex);
    const auto [effect, status] = Step("sync " + path_);
    if (effect == Effect::kWhole) node_->Sync();
    // The kernel takes dirty pages for clean after it has reported an error.
    if (effect == Effect::kPart) node_->pending.clear();
    return status;
  }

  Status Truncate(uint64_t size) override {
    const std::lock_guard lock(state_->mutex);
    const auto [effect, status] = Step("truncate " + path_);
    if (effect == Effect::kWhole) node_->Truncate(size);
    return status;
  }

 private:
  Status WriteWithLock(uint64_t offset, std::string_view bytes) {
    const auto [effect, status] = Step("write " + path_);
    if (!writable_) return Internal("written to a file that was opened for reading: {}", path_);
    if (effect == Effect::kPart) node_->WriteAt(offset, bytes.substr(0, bytes.size() / 2));
    if (effect != Effect::kWhole) return status;
    const uint64_t used = state_->UsedBytes();
    const uint64_t room = state_->capacity - std::min(state_->capacity, used);
    const uint64_t overwritten =
        std::min<uint64_t>(bytes.size(), node_->live.size() - std::min<uint64_t>(offset, node_->live.size()));
    const uint64_t fits = std::min<uint64_t>(bytes.size(), overwritten + room);
    node_->WriteAt(offset, bytes.substr(0, fits));
    if (fits < bytes.size()) return ResourceExhausted("no space left: {}", path_);
    return status;
  }

  std::pair<Effect, Status> Step(const std::string& what) const {
    if (epoch_ != state_->epoch) return {Effect::kNone, PowerIsOff()};
    return state_->Step(what);
  }

  std::shared_ptr<State> state_;
  std::shared_ptr<Node> node_;
  std::string path_;
  bool writable_;
  uint64_t epoch_;
};

FaultFileSystem::FaultFileSystem() : state_(std::make_shared<State>()) {}
FaultFileSystem::~FaultFileSystem() = default;

uint64_t FaultFileSystem::calls() const {
  const std::lock_guard lock(state_->mutex);
  return state_->calls;
}

void FaultFileSystem::FailCall(uint64_t call, ErrorKind kind) {
  const std::lock_guard lock(state_->mutex);
  state_->failures.emplace(call, kind);
}

void FaultFileSystem::StopAtCall(uint64_t call, Effect effect) {
  const std::lock_guard lock(state_->mutex);
  state_->stop_at = call;
  state_->stop_effect = effect;
}

bool FaultFileSystem::is_off() const {
  const std::lock_guard lock(state_->mutex);
  return state_->stop_at.has_value() && state_->calls >= *state_->stop_at;
}

void FaultFileSystem::OnCall(std::function<void(uint64_t call, const std::string& what)> listener) {
  const std::lock_guard lock(state_->mutex);
  state_->listener = std::move(listener);
}

void FaultFileSystem::SetCapacity(uint64_t bytes) {
  const std::lock_guard lock(state_->mutex);
  state_->capacity = bytes;
}

void FaultFileSystem::LosePower(uint64_t seed) {
  const std::lock_guard lock(state_->mutex);
  std::mt19937_64 random(seed);
  for (const NameChange& change : state_->pending) {
    if (random() % 2 == 0) continue;
    if (!change.gone.empty()) state_->durable.erase(change.gone);
    if (!change.come.empty()) state_->durable[change.come] = change.node;
  }
  state_->pending.clear();
  state_->live = state_->durable;
  const size_t sector_bytes = kSectorSizes[random() % std::size(kSectorSizes)];
  for (const auto& [path, node] : state_->live) node->LosePower(random, sector_bytes);
  state_->Restart();
}

void FaultFileSystem::KillProcess() {
  const std::lock_guard lock(state_->mutex);
  state_->Restart();
}

std::string FaultFileSystem::Contents(const std::string& path) const {
  const std::lock_guard lock(state_->mutex);
  return state_->live.at(path)->live;
}

void FaultFileSystem::SetContents(const std::string& path, std::string bytes) {
  const std::lock_guard lock(state_->mutex);
  auto& node = state_->live[path];
  if (node == nullptr) node = std::make_shared<Node>();
  state_->durable[path] = node;
  node->live = std::move(bytes);
  node->Sync();
}

void FaultFileSystem::Damage(const std::string& path, uint64_t offset) {
  std::string bytes = Contents(path);
  bytes.at(offset) = static_cast<char>(bytes.at(offset) ^ 0x40);
  SetContents(path, std::move(bytes));
}

Result<std::unique_ptr<storage::File>> FaultFileSystem::Open(const std::string& path, Mode mode) {
  FIRN_ASSIGN(std::unique_ptr<RandomAccessFile> file, OpenRandomAccess(path, mode));
  return std::unique_ptr<storage::File>(std::move(file));
}

Result<std::unique_ptr<RandomAccessFile>> FaultFileSystem::OpenRandomAccess(const std::string& path, Mode mode) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("open " + path);
  if (effect == Effect::kNone || effect == Effect::kPart) return status.error();
  auto found = state_->live.find(path);
  if (found == state_->live.end()) {
    if (mode == Mode::kRead || !state_->folders.contains(storage::ParentFolder(path))) return NoSuchFile(path);
    found = state_->live.emplace(path, std::make_shared<Node>()).first;
    state_->pending.push_back({storage::ParentFolder(path), "", path, found->second});
  } else if (mode == Mode::kCreateNew) {
    return AlreadyExists("file exists: {}", path);
  }
  if (!status.ok()) return status.error();
  return std::unique_ptr<RandomAccessFile>(
      std::make_unique<OpenFile>(state_, found->second, path, mode != Mode::kRead));
}

Result<std::vector<std::string>> FaultFileSystem::List(const std::string& folder) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("list " + folder);
  if (!status.ok()) return status.error();
  if (!state_->folders.contains(folder)) return NoSuchFile(folder);
  std::vector<std::string> names;
  const auto take = [&](const std::string& path) {
    if (path != folder && storage::ParentFolder(path) == folder) names.push_back(path.substr(path.rfind('/') + 1));
  };
  for (const auto& [path, node] : state_->live) take(path);
  for (const std::string& path : state_->folders) take(path);
  std::sort(names.begin(), names.end());
  return names;
}

Result<bool> FaultFileSystem::Exists(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("stat " + path);
  if (!status.ok()) return status.error();
  return state_->live.contains(path) || state_->folders.contains(path);
}

Result<storage::FileInfo> FaultFileSystem::Stat(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("stat " + path);
  if (!status.ok()) return status.error();
  if (state_->folders.contains(path)) return storage::FileInfo{0, 0, true, false};
  const auto found = state_->live.find(path);
  if (found == state_->live.end()) return NoSuchFile(path);
  return storage::FileInfo{found->second->live.size(), 0, false, false};
}

Status FaultFileSystem::CreateFolders(const std::string& folder) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("make folder " + folder);
  if (effect != Effect::kWhole) return status;
  for (std::string path = folder; state_->folders.insert(path).second;) path = storage::ParentFolder(path);
  return status;
}

Status FaultFileSystem::Rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("rename " + from);
  if (effect != Effect::kWhole) return status;
  const auto found = state_->live.find(from);
  if (found == state_->live.end()) return NoSuchFile(from);
  const std::shared_ptr<Node> node = found->second;
  state_->live.erase(found);
  state_->live[to] = node;
  state_->pending.push_back({storage::ParentFolder(to), from, to, node});
  return status;
}

Status FaultFileSystem::RenameNoReplace(const std::string& from, const std::string& to) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->live.contains(to) || state_->folders.contains(to)) return AlreadyExists("file exists: {}", to);
  }
  return Rename(from, to);
}

Status FaultFileSystem::Remove(const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("remove " + path);
  if (effect != Effect::kWhole) return status;
  if (state_->live.erase(path) == 0) return NoSuchFile(path);
  state_->pending.push_back({storage::ParentFolder(path), path, "", nullptr});
  return status;
}

Status FaultFileSystem::SyncFolder(const std::string& folder) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("sync folder " + folder);
  if (effect != Effect::kWhole) return status;
  const auto is_inside = [&](const std::string& path) { return storage::ParentFolder(path) == folder; };
  std::erase_if(state_->durable, [&](const auto& entry) { return is_inside(entry.first); });
  for (const auto& [path, node] : state_->live) {
    if (is_inside(path)) state_->durable[path] = node;
  }
  std::erase_if(state_->pending, [&](const NameChange& change) { return change.folder == folder; });
  return status;
}

Result<uint64_t> FaultFileSystem::FreeBytes(const std::string& folder) {
  const std::lock_guard lock(state_->mutex);
  const auto [effect, status] = state_->Step("free space of " + folder);
  if (!status.ok()) return status.error();
  const uint64_t used = state_->UsedBytes();
  return state_->capacity - std::min(state_->capacity, used);
}

Result<std::unique_ptr<storage::FolderLock>> FaultFileSystem::Lock(const std::string& folder) {
  FIRN_TRY(CreateFolders(folder));
  const std::lock_guard lock(state_->mutex);
  if (!state_->locks.insert(folder).second) return AlreadyExists("folder is in use by process 1: {}", folder);
  return std::make_unique<storage::FolderLock>([state = state_, folder, epoch = state_->epoch] {
    const std::lock_guard release_lock(state->mutex);
    if (state->epoch == epoch) state->locks.erase(folder);
  });
}

}  // namespace firn::testing
