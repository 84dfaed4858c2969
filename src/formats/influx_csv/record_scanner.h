#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace firn::influx_csv {

enum class ScanError {
  kNone,
  kQuoteInCell,     ///< a quote within a cell that does not begin with one
  kTextAfterQuote,  ///< a closing quote followed by neither delimiter nor line end
  kOpenQuote,       ///< the input ended within quotes
  kRowTooLong,
  kTooManyCells,
};

/// What is wrong, in words.
std::string_view ScanErrorText(ScanError error);

/// Cuts a stream of CSV (RFC 4180) into records and cells, whatever pieces it comes in.
///
/// Lines end with \r\n or \n. Within quotes, "" is a quote and \r\n is \n: InfluxDB's writer turns each line feed of a
/// string into \r\n. Cells are views into the piece given or into the scanner; they hold until the next call. Each byte
/// is looked at twice at most; what is kept between pieces is one unfinished record. Not thread-safe.
class RecordScanner {
 public:
  RecordScanner(char delimiter, size_t max_row_bytes, size_t max_cells)
      : delimiter_(delimiter), max_row_bytes_(max_row_bytes), max_cells_(max_cells) {}

  /// Gives the next piece; call Next until it is false before giving another. `piece` must live that long.
  void Give(std::string_view piece) { piece_ = piece; }
  /// Tells that nothing more comes: the unfinished record, if any, is one.
  void GiveEnd() { at_end_ = true; }

  /// False when more input is needed or error() is set.
  bool Next();

  const std::vector<std::string_view>& cells() const { return cells_; }
  /// Bytes of the record that Next gave.
  size_t record_bytes() const { return record_bytes_; }
  ScanError error() const { return error_; }

 private:
  /// The end of the record that starts at `begin` (behind its line feed), or null when it is incomplete or wrong.
  const char* Split(const char* begin, const char* end);
  const char* SplitQuoted(const char* open, const char* end);
  bool AddCell(std::string_view cell);
  std::string_view Unescape(std::string_view quoted, size_t room);
  const char* FindStructural(const char* from, const char* end) const;
  bool NextFromCarry();
  bool Fail(ScanError error);

  char delimiter_;
  size_t max_row_bytes_;
  size_t max_cells_;
  std::string_view piece_;
  std::string carry_;  // the unfinished record of earlier pieces
  bool carry_in_quotes_ = false;
  bool carry_used_ = false;  // cells_ point into carry_
  bool at_end_ = false;
  std::vector<std::string_view> cells_;
  std::string unescaped_;  // cells that differ from their text; reserved so that it does not move within a record
  size_t record_bytes_ = 0;
  ScanError error_ = ScanError::kNone;
};

}  // namespace firn::influx_csv
