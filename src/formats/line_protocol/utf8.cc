#include "formats/line_protocol/utf8.h"

#include <cstdint>

namespace firn::line_protocol {
namespace {

struct Form {
  size_t bytes;
  uint32_t lowest;  // smallest code point that needs this many bytes
  uint32_t lead_bits;
};

Form FormOf(unsigned char lead) {
  if (lead < 0x80) return {1, 0, 0x7f};
  if (lead >= 0xc0 && lead < 0xe0) return {2, 0x80, 0x1f};
  if (lead >= 0xe0 && lead < 0xf0) return {3, 0x800, 0x0f};
  if (lead >= 0xf0 && lead < 0xf8) return {4, 0x10000, 0x07};
  return {0, 0, 0};
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const Form form = FormOf(lead);
    if (form.bytes == 0 || i + form.bytes > text.size()) return false;
    uint32_t code = lead & form.lead_bits;
    for (size_t k = 1; k < form.bytes; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      code = (code << 6) | (next & 0x3fu);
    }
    if (code < form.lowest || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    i += form.bytes;
  }
  return true;
}

}  // namespace firn::line_protocol
