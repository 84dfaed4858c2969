#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_sink.h"
#include "config/schema.h"
#include "outputs/output.h"
#include "storage/file_system.h"

namespace firn::outputs {

struct FileOutputOptions {
  std::vector<std::string> files = {"stdout"};
  bool use_batch_format = false;
  std::chrono::nanoseconds rotation_interval{0};
  uint64_t rotation_max_size = 0;
  int64_t rotation_max_archives = 5;
  std::string compression_algorithm;
  std::string data_format = "influx";
  int64_t influx_max_line_bytes = 0;
  bool influx_sort_fields = false;
  bool influx_uint_support = false;
  bool influx_omit_timestamp = false;
};

config::Schema<FileOutputOptions> FileOutputSchema();

/// `[[outputs.file]]`: appends line protocol to files or standard output.
///
/// Rows wait in memory until their position is complete and a flush comes; the flush appends them, by shard and
/// position, and syncs the files. Delivery is at least once: a crash between the sync and the pipeline's checkpoint
/// writes the rows of that flush again. A position that outgrows memory is written before it is complete, and stays
/// written when it is given up. A file that ends in the middle of a line (power loss) gets a line end first. Page:
/// README.md beside this file.
///
/// `standard_output` and `file_system` outlive the output. kUnavailable and others when a file cannot be opened.
Result<std::unique_ptr<Output>> MakeFileOutput(const FileOutputOptions& options, storage::FileSystem& file_system,
                                               ByteSink& standard_output);

}  // namespace firn::outputs
