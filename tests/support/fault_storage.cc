#include "fault_storage.h"

#include <utility>

namespace firn::testing {
namespace {

using Effect = StorageFault::Effect;

Error Answer(const StorageFault& fault, const std::string& call, const std::string& location) {
  return {fault.kind, "scripted answer: " + call + " " + location};
}

}  // namespace

/// Gathers the bytes, so that Close can decide what of them arrives.
class FaultStorage::Writer final : public storage::ObjectWriter {
 public:
  Writer(FaultStorage& owner, std::unique_ptr<storage::ObjectWriter> inner, std::string location)
      : owner_(owner), inner_(std::move(inner)), location_(std::move(location)) {}

  Status Append(std::string_view bytes) override {
    const StorageFault fault = owner_.Next("append", location_);
    if (fault.effect != Effect::kPass) return Answer(fault, "append", location_);
    bytes_.append(bytes);
    return OkStatus();
  }
  Status Close() override {
    const StorageFault fault = owner_.Next("close", location_);
    if (fault.effect == Effect::kRefuse) return Answer(fault, "close", location_);
    std::string_view arrives = bytes_;
    if (fault.effect == Effect::kTear) arrives = arrives.substr(0, arrives.size() / 2);
    if (fault.effect == Effect::kFlipBit && !bytes_.empty()) bytes_[bytes_.size() / 2] ^= 1;
    FIRN_TRY(inner_->Append(arrives));
    FIRN_TRY(inner_->Close());
    return fault.effect == Effect::kLoseAnswer ? Status(Answer(fault, "close", location_)) : OkStatus();
  }
  uint64_t bytes_written() const override { return bytes_.size(); }

 private:
  FaultStorage& owner_;
  std::unique_ptr<storage::ObjectWriter> inner_;
  const std::string location_;
  std::string bytes_;
};

Result<std::string> FaultStorage::Read(const std::string& location) {
  const StorageFault fault = Next("read", location);
  if (fault.effect != Effect::kPass) return Answer(fault, "read", location);
  return inner_->Read(location);
}

Result<std::string> FaultStorage::ReadRange(const std::string& location, uint64_t offset, uint64_t length) {
  const StorageFault fault = Next("read", location);
  if (fault.effect != Effect::kPass) return Answer(fault, "read", location);
  return inner_->ReadRange(location, offset, length);
}

Result<storage::ObjectInfo> FaultStorage::Stat(const std::string& location) {
  const StorageFault fault = Next("stat", location);
  if (fault.effect != Effect::kPass) return Answer(fault, "stat", location);
  return inner_->Stat(location);
}

Result<std::unique_ptr<storage::ObjectWriter>> FaultStorage::Create(const std::string& location) {
  const StorageFault fault = Next("create", location);
  if (fault.effect != Effect::kPass) return Answer(fault, "create", location);
  FIRN_ASSIGN(std::unique_ptr<storage::ObjectWriter> inner, inner_->Create(location));
  return std::unique_ptr<storage::ObjectWriter>(std::make_unique<Writer>(*this, std::move(inner), location));
}

Status FaultStorage::Delete(const std::string& location) {
  const StorageFault fault = Next("delete", location);
  if (fault.effect == Effect::kRefuse) return Answer(fault, "delete", location);
  if (fault.effect == Effect::kForget) return OkStatus();
  FIRN_TRY(inner_->Delete(location));
  return fault.effect == Effect::kLoseAnswer ? Status(Answer(fault, "delete", location)) : OkStatus();
}

Status FaultStorage::List(const std::string& prefix, const std::function<Status(const storage::ObjectInfo&)>& visit) {
  const StorageFault fault = Next("list", prefix);
  if (fault.effect != Effect::kPass) return Answer(fault, "list", prefix);
  return inner_->List(prefix, visit);
}

}  // namespace firn::testing
