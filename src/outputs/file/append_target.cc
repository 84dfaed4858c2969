#include "outputs/file/append_target.h"

#include <utility>

namespace firn::outputs {
namespace {

class FileTarget final : public AppendTarget {
 public:
  FileTarget(std::string path, storage::FileSystem& file_system) : path_(std::move(path)), file_system_(file_system) {}

  Status Open() {
    const std::string folder = storage::ParentFolder(path_);
    FIRN_TRY(file_system_.CreateFolders(folder));
    FIRN_ASSIGN(const bool existed, file_system_.Exists(path_));
    FIRN_ASSIGN(file_, file_system_.Open(path_, storage::FileSystem::Mode::kAppend));
    if (!existed) FIRN_TRY(file_system_.SyncFolder(folder));
    return EndTornLine();
  }

  const std::string& name() const override { return path_; }

  Status Append(std::string_view text) override {
    if (!file_) FIRN_TRY(Open());
    return ForgetFileOnError(file_->Append(text));
  }

  Status Sync() override {
    if (!file_) return OkStatus();
    return ForgetFileOnError(file_->Sync());
  }

 private:
  /// What a power loss cut off must not swallow the line that comes next.
  Status EndTornLine() {
    FIRN_ASSIGN(const uint64_t size, file_->Size());
    if (size == 0) return OkStatus();
    FIRN_ASSIGN(const std::string last, file_->ReadAt(size - 1, 1));
    return last == "\n" ? OkStatus() : file_->Append("\n");
  }

  Status ForgetFileOnError(Status status) {
    if (!status.ok()) file_.reset();
    return status;
  }

  const std::string path_;
  storage::FileSystem& file_system_;
  std::unique_ptr<storage::File> file_;
};

class StreamTarget final : public AppendTarget {
 public:
  StreamTarget(std::string name, ByteSink& stream) : name_(std::move(name)), stream_(stream) {}
  const std::string& name() const override { return name_; }
  Status Append(std::string_view text) override { return stream_.Append(text); }
  Status Sync() override { return OkStatus(); }

 private:
  const std::string name_;
  ByteSink& stream_;
};

}  // namespace

Result<std::unique_ptr<AppendTarget>> OpenFileTarget(const std::string& path, storage::FileSystem& file_system) {
  auto target = std::make_unique<FileTarget>(path, file_system);
  FIRN_TRY(target->Open().WithContext("cannot open " + path));
  return std::unique_ptr<AppendTarget>(std::move(target));
}

std::unique_ptr<AppendTarget> MakeStreamTarget(std::string name, ByteSink& stream) {
  return std::make_unique<StreamTarget>(std::move(name), stream);
}

}  // namespace firn::outputs
