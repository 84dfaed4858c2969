#pragma once

#include <memory>

#include "storage/file_system.h"
#include "storage/storage.h"

namespace firn::storage {

/// Objects as files. Takes local locations only (kUnsupported for others).
///
/// A writer fills `.firn-….tmp` beside its target, fsyncs it, renames it without replacing and fsyncs the folder.
/// Writers that close in one folder at a time share its fsync. Folders are made, durably, when the first object in them
/// is created.
std::shared_ptr<Storage> MakeLocalStorage(std::shared_ptr<FileSystem> file_system);

}  // namespace firn::storage
