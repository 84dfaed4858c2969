#include "cli/text_table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace firn::cli {
namespace {

struct CodePoint {
  uint32_t value;
  size_t length;
};

/// Bytes that are no UTF-8 count as one character each.
CodePoint Decode(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (length == 1 || at + length > text.size()) return {lead, 1};
  uint32_t value = lead & (0xffU >> (length + 1));
  for (size_t i = 1; i < length; ++i) value = (value << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3f);
  return {value, length};
}

size_t WidthOf(uint32_t c) {
  static constexpr std::array<std::pair<uint32_t, uint32_t>, 7> kCombining = {{{0x300, 0x36f},
                                                                               {0x483, 0x489},
                                                                               {0x591, 0x5bd},
                                                                               {0x610, 0x61a},
                                                                               {0x64b, 0x65f},
                                                                               {0x200b, 0x200f},
                                                                               {0xfe00, 0xfe0f}}};
  static constexpr std::array<std::pair<uint32_t, uint32_t>, 11> kWide = {{{0x1100, 0x115f},
                                                                           {0x2e80, 0x303e},
                                                                           {0x3041, 0x33ff},
                                                                           {0x3400, 0x4dbf},
                                                                           {0x4e00, 0x9fff},
                                                                           {0xa000, 0xa4cf},
                                                                           {0xac00, 0xd7a3},
                                                                           {0xf900, 0xfaff},
                                                                           {0xff00, 0xff60},
                                                                           {0x1f300, 0x1faff},
                                                                           {0x20000, 0x3fffd}}};
  for (const auto& [first, last] : kCombining) {
    if (c >= first && c <= last) return 0;
  }
  for (const auto& [first, last] : kWide) {
    if (c >= first && c <= last) return 2;
  }
  return 1;
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = Decode(text, at);
    width += WidthOf(c.value);
    at += c.length;
  }
  return width;
}

std::string FitTo(std::string_view text, size_t width) {
  const bool cut = DisplayWidth(text) > width;
  const size_t limit = cut ? std::max<size_t>(width, 1) - 1 : width;
  std::string fitted;
  size_t used = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint c = Decode(text, at);
    if (used + WidthOf(c.value) > limit) break;
    used += WidthOf(c.value);
    if (c.value < 0x20 || c.value == 0x7f) {
      fitted += ' ';
    } else {
      fitted += text.substr(at, c.length);
    }
    at += c.length;
  }
  return cut ? fitted + "…" : fitted;
}

std::string AlignColumns(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - DisplayWidth(row[i]), ' ');
      if (i > 0) line += "  ";
      line += i < right.size() && right[i] ? padding + row[i] : row[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace firn::cli
