#include "storage/system_error.h"

#include <cerrno>
#include <system_error>

namespace firn::storage {
namespace {

ErrorKind KindOf(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::kNotFound;
    case EEXIST:
    case ENOTEMPTY:
      return ErrorKind::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorKind::kUnauthorized;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorKind::kResourceExhausted;
    case ENAMETOOLONG:
    case EISDIR:
    case ELOOP:
      return ErrorKind::kInvalidInput;
    case EBADF:
    case EINVAL:
    case EFAULT:
      return ErrorKind::kInternal;
    default:
      return ErrorKind::kUnavailable;
  }
}

}  // namespace

Error SystemError(std::string_view what, std::string_view path, int code) {
  return {KindOf(code), fmt::format("cannot {}: {}: {}", what, std::generic_category().message(code), path)};
}

}  // namespace firn::storage
