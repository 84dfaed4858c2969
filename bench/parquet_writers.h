#pragma once

#include <string>

#include "formats/parquet/parquet_writer.h"

namespace firn::bench {

/// Processor seconds that the same columns take.
struct WriterSeconds {
  double ours = 0;
  double arrow = 0;  ///< parquet::arrow::WriteTable
};

/// Reads a data file of Firn's into memory and writes it again, by ParquetWriter and by Arrow's WriteTable in turns,
/// into memory: equal columns, dictionaries, encodings, pages, codec and row groups. Medians of `rounds`, after one
/// that does not count. Ends the process when the file cannot be read.
WriterSeconds CompareParquetWriters(const std::string& path, parquet::EncodingSet encoding, int rounds);

}  // namespace firn::bench
