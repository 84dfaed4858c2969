#include "formats/influx_csv/record_scanner.h"

#include <emmintrin.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace firn::influx_csv {

std::string_view ScanErrorText(ScanError error) {
  switch (error) {
    case ScanError::kNone:
      return "no error";
    case ScanError::kQuoteInCell:
      return "a quote stands inside a cell that does not begin with one";
    case ScanError::kTextAfterQuote:
      return "text follows a closing quote";
    case ScanError::kOpenQuote:
      return "the answer ends inside quotes";
    case ScanError::kRowTooLong:
      return "the row is longer than the limit";
    case ScanError::kTooManyCells:
      return "the row has more cells than the limit";
  }
  return "unknown error";
}

namespace {

/// Finds the line feed that ends a record, given whether `text` starts within quotes; leaves there whether it ends so.
/// Doubled quotes need no care: they leave the state as it was.
size_t FindRecordEnd(std::string_view text, bool& in_quotes) {
  size_t at = 0;
  while (at < text.size()) {
    if (in_quotes) {
      const size_t quote = text.find('"', at);
      if (quote == std::string_view::npos) return quote;
      in_quotes = false;
      at = quote + 1;
      continue;
    }
    const std::string_view rest = text.substr(at);
    const size_t line_feed = rest.find('\n');
    const size_t quote = rest.substr(0, line_feed).find('"');
    if (quote == std::string_view::npos) return line_feed == std::string_view::npos ? line_feed : at + line_feed;
    in_quotes = true;
    at += quote + 1;
  }
  return std::string_view::npos;
}

}  // namespace

bool RecordScanner::Fail(ScanError error) {
  error_ = error;
  return false;
}

bool RecordScanner::Next() {
  if (error_ != ScanError::kNone) return false;
  if (carry_used_) {
    carry_.clear();
    carry_used_ = false;
  }
  if (!carry_.empty()) return NextFromCarry();
  if (piece_.empty()) return false;

  const char* begin = piece_.data();
  const char* record_end = Split(begin, begin + piece_.size());
  if (record_end != nullptr) {
    record_bytes_ = static_cast<size_t>(record_end - begin);
    if (record_bytes_ > max_row_bytes_) return Fail(ScanError::kRowTooLong);
    piece_.remove_prefix(record_bytes_);
    return true;
  }
  if (error_ != ScanError::kNone) return false;
  if (piece_.size() > max_row_bytes_) return Fail(ScanError::kRowTooLong);
  carry_.assign(piece_);
  carry_in_quotes_ = std::count(piece_.begin(), piece_.end(), '"') % 2 != 0;
  piece_ = {};
  return at_end_ ? NextFromCarry() : false;
}

bool RecordScanner::NextFromCarry() {
  const size_t line_feed = FindRecordEnd(piece_, carry_in_quotes_);
  const bool complete = line_feed != std::string_view::npos;
  const size_t taken = complete ? line_feed + 1 : piece_.size();
  if (carry_.size() + taken > max_row_bytes_) return Fail(ScanError::kRowTooLong);
  carry_.append(piece_.substr(0, taken));
  piece_.remove_prefix(taken);
  if (!complete) {
    if (!at_end_) return false;
    if (carry_in_quotes_) return Fail(ScanError::kOpenQuote);
    carry_.push_back('\n');
  }
  carry_in_quotes_ = false;
  carry_used_ = true;
  record_bytes_ = carry_.size();
  if (Split(carry_.data(), carry_.data() + carry_.size()) != nullptr) return true;
  // Quotes are balanced up to the line feed, so an incomplete record is one whose quotes stand where they must not.
  return error_ == ScanError::kNone ? Fail(ScanError::kQuoteInCell) : false;
}

// Looks at 16 bytes at a time for what ends or spoils an unquoted cell. Cells are short, so that one step mostly does.
const char* RecordScanner::FindStructural(const char* from, const char* end) const {
  const __m128i delimiter = _mm_set1_epi8(delimiter_);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i line_feed = _mm_set1_epi8('\n');
  for (; end - from >= 16; from += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiter),
                                      _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, line_feed)));
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hits)); mask != 0) {
      return from + std::countr_zero(mask);
    }
  }
  while (from < end && *from != delimiter_ && *from != '"' && *from != '\n') ++from;
  return from;
}

bool RecordScanner::AddCell(std::string_view cell) {
  if (cells_.size() >= max_cells_) return Fail(ScanError::kTooManyCells);
  cells_.push_back(cell);
  return true;
}

const char* RecordScanner::Split(const char* begin, const char* end) {
  cells_.clear();
  unescaped_.clear();
  const char* at = begin;
  while (at < end) {
    if (*at == '"') {
      at = SplitQuoted(at, end);
      if (at == nullptr) return nullptr;
    } else {
      const char* stop = FindStructural(at, end);
      if (stop == end) return nullptr;
      if (*stop == '"') return Fail(ScanError::kQuoteInCell), nullptr;
      const bool has_return = *stop == '\n' && stop > at && stop[-1] == '\r';
      if (!AddCell({at, static_cast<size_t>(stop - at) - (has_return ? 1 : 0)})) return nullptr;
      at = stop;
    }
    if (*at++ == '\n') return at;
  }
  return nullptr;
}

// Gives the delimiter or line feed behind the cell.
const char* RecordScanner::SplitQuoted(const char* open, const char* end) {
  const char* close = open + 1;
  bool has_quotes = false;
  while (true) {
    close = static_cast<const char*>(std::memchr(close, '"', static_cast<size_t>(end - close)));
    if (close == nullptr || close + 1 == end) return nullptr;
    if (close[1] != '"') break;
    has_quotes = true;
    close += 2;
  }
  const char* behind = close + 1;
  if (*behind == '\r') {
    if (++behind == end) return nullptr;
    if (*behind != '\n') return Fail(ScanError::kTextAfterQuote), nullptr;
  }
  if (*behind != delimiter_ && *behind != '\n') return Fail(ScanError::kTextAfterQuote), nullptr;

  std::string_view cell(open + 1, static_cast<size_t>(close - open) - 1);
  if (has_quotes || cell.find('\r') != std::string_view::npos) {
    cell = Unescape(cell, static_cast<size_t>(end - open));
    if (error_ != ScanError::kNone) return nullptr;
  }
  return AddCell(cell) ? behind : nullptr;
}

std::string_view RecordScanner::Unescape(std::string_view quoted, size_t room) {
  // Reserves for all cells that may follow in this record, so that views into the buffer stay good.
  if (unescaped_.empty()) unescaped_.reserve(std::min(room, max_row_bytes_));
  if (unescaped_.capacity() - unescaped_.size() < quoted.size())
    return Fail(ScanError::kRowTooLong), std::string_view();
  const size_t begin = unescaped_.size();
  for (size_t i = 0; i < quoted.size(); ++i) {
    const bool next_is = i + 1 < quoted.size() &&
                         ((quoted[i] == '"' && quoted[i + 1] == '"') || (quoted[i] == '\r' && quoted[i + 1] == '\n'));
    if (next_is) ++i;
    unescaped_.push_back(quoted[i]);
  }
  return std::string_view(unescaped_).substr(begin);
}

}  // namespace firn::influx_csv
