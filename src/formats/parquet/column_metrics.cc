#include "formats/parquet/column_metrics.h"

#include <algorithm>

namespace firn::parquet {
namespace {

/// Length of the UTF-8 sequence that begins at `at`; 1 for bytes that begin none or are cut off.
size_t SequenceLength(std::string_view text, size_t at) {
  const auto first = static_cast<uint8_t>(text[at]);
  size_t length = 1;
  if (first >= 0xc2 && first <= 0xdf) length = 2;
  if (first >= 0xe0 && first <= 0xef) length = 3;
  if (first >= 0xf0 && first <= 0xf4) length = 4;
  if (at + length > text.size()) return 1;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<uint8_t>(text[at + i]) & 0xc0) != 0x80) return 1;
  }
  return length;
}

uint32_t DecodeSequence(std::string_view sequence) {
  static constexpr uint8_t kFirstMask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  uint32_t code_point = static_cast<uint8_t>(sequence[0]) & kFirstMask[sequence.size()];
  for (size_t i = 1; i < sequence.size(); ++i)
    code_point = code_point << 6 | (static_cast<uint8_t>(sequence[i]) & 0x3f);
  return code_point;
}

void AppendSequence(std::string& out, uint32_t code_point) {
  const auto put = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto put_rest = [&put](uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) put(0x80 | ((value >> (6 * i)) & 0x3f));
  };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6), put_rest(code_point, 1);
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12), put_rest(code_point, 2);
  } else {
    put(0xf0 | code_point >> 18), put_rest(code_point, 3);
  }
}

/// The code point after `code_point` in byte order that a string may hold; 0 when there is none.
uint32_t NextCodePoint(uint32_t code_point) {
  if (code_point == 0xd7ff) return 0xe000;
  return code_point >= 0x10ffff ? 0 : code_point + 1;
}

}  // namespace

std::string_view TruncateStringLower(std::string_view text, size_t length) {
  if (text.size() <= length) return text;
  size_t end = 0;
  for (size_t i = 0; i < length && end < text.size(); ++i) end += SequenceLength(text, end);
  return text.substr(0, end);
}

std::optional<std::string> TruncateStringUpper(std::string_view text, size_t length) {
  std::vector<size_t> starts;
  size_t end = 0;
  while (starts.size() < length && end < text.size()) {
    starts.push_back(end);
    end += SequenceLength(text, end);
  }
  if (end == text.size()) return std::string(text);
  for (size_t i = starts.size(); i-- > 0; end = starts[i]) {
    const std::string_view sequence = text.substr(starts[i], end - starts[i]);
    const bool is_text = sequence.size() > 1 || static_cast<uint8_t>(sequence[0]) < 0x80;
    const uint32_t next = is_text ? NextCodePoint(DecodeSequence(sequence)) : 0;
    if (next == 0) continue;
    std::string upper(text.substr(0, starts[i]));
    AppendSequence(upper, next);
    return upper;
  }
  return std::nullopt;
}

std::optional<std::string> TruncateBinaryUpper(std::string_view bytes, size_t length) {
  if (bytes.size() <= length) return std::string(bytes);
  std::string upper(bytes.substr(0, length));
  while (!upper.empty() && static_cast<uint8_t>(upper.back()) == 0xff) upper.pop_back();
  if (upper.empty()) return std::nullopt;
  upper.back() = static_cast<char>(static_cast<uint8_t>(upper.back()) + 1);
  return upper;
}

std::string DecimalBound(uint64_t unscaled) {
  std::string bytes;
  do {
    bytes.push_back(static_cast<char>(unscaled & 0xff));
    unscaled >>= 8;
  } while (unscaled != 0);
  if ((static_cast<uint8_t>(bytes.back()) & 0x80) != 0) bytes.push_back(0);
  std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

}  // namespace firn::parquet
