#pragma once

#include <functional>
#include <memory>
#include <string>

#include "storage/storage.h"

namespace firn::testing {

/// What happens to one call of an object store.
struct StorageFault {
  enum class Effect {
    kPass,
    kRefuse,      ///< nothing is done; answered with `kind`
    kLoseAnswer,  ///< done; answered with `kind`
    kTear,        ///< of "close": half of the bytes are there, and it is answered as done
    kFlipBit,     ///< of "close": one bit of the object is wrong, and it is answered as done
    kForget,      ///< of "delete": answered as done, nothing is deleted
  };
  Effect effect = Effect::kPass;
  ErrorKind kind = ErrorKind::kUnavailable;
};

/// An object store behind a bad connection: each call is met by what a test decides. Thread-safe where `decide` is.
class FaultStorage final : public storage::Storage {
 public:
  /// "read", "stat", "create", "append", "close", "delete", "list", with the location.
  using Decide = std::function<StorageFault(const std::string& call, const std::string& location)>;

  explicit FaultStorage(std::shared_ptr<storage::Storage> inner, Decide decide = {})
      : inner_(std::move(inner)), decide_(std::move(decide)) {}

  void SetDecide(Decide decide) { decide_ = std::move(decide); }

  Result<std::string> Read(const std::string& location) override;
  Result<std::string> ReadRange(const std::string& location, uint64_t offset, uint64_t length) override;
  Result<storage::ObjectInfo> Stat(const std::string& location) override;
  Result<std::unique_ptr<storage::ObjectWriter>> Create(const std::string& location) override;
  Status Delete(const std::string& location) override;
  Status List(const std::string& prefix, const std::function<Status(const storage::ObjectInfo&)>& visit) override;
  std::string Resolve(const std::string& location) const override { return inner_->Resolve(location); }

 private:
  class Writer;
  StorageFault Next(const std::string& call, const std::string& location) const {
    return decide_ ? decide_(call, location) : StorageFault{};
  }

  std::shared_ptr<storage::Storage> inner_;
  Decide decide_;
};

}  // namespace firn::testing
