#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "config/schema.h"
#include "inputs/input.h"
#include "storage/file_system.h"

namespace firn::inputs {

/// What happens to a file with a line that is no point.
enum class BadLines {
  kRejectFile,  ///< nothing of the file is taken, as in Telegraf; it is read again when it has changed
  kSkip,        ///< the good lines are taken, the bad ones reported with file and line
};

struct FileInputOptions {
  std::vector<std::string> files;
  std::string file_tag;
  std::string file_path_tag;
  std::string character_encoding;
  std::string data_format = "influx";
  std::string influx_parser_type = "internal";
  std::chrono::nanoseconds influx_timestamp_precision{1};
  bool reread = false;
  BadLines on_bad_line = BadLines::kRejectFile;
};

config::Schema<FileInputOptions> FileInputSchema();

/// `[[inputs.file]]`: takes the content of files, each content once (`reread`: at each interval).
///
/// A file is a shard named by its absolute path, a content of it a position (content_version.h), and a content's rows
/// become visible all together. So a crash in the middle takes nothing, and a restart reads no file again that did not
/// change. A file that changes while it is read is left for the next interval. Contents are read in pieces of 4 MiB:
/// memory is bounded by the longest line. Page: README.md beside this file.
std::unique_ptr<PollingInput> MakeFileInput(const FileInputOptions& options, const InputContext& context,
                                            storage::FileSystem& file_system);

}  // namespace firn::inputs
