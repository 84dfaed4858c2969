#include "formats/line_protocol/key_shape.h"

#include <algorithm>

#include "formats/line_protocol/swar.h"

namespace firn::line_protocol {
namespace {

constexpr size_t kPadding = 16;

/// The first byte from `at` on that ends a plain value: a comma, a space, or anything that only the plain path can
/// judge. A byte that is one of them must follow.
const char* ValueEnd(const char* at) {
  const __m128i commas = _mm_set1_epi8(',');
  const __m128i equals = _mm_set1_epi8('=');
  const __m128i backslashes = _mm_set1_epi8('\\');
  const __m128i deletes = _mm_set1_epi8(0x7f);
  const __m128i first_printable = _mm_set1_epi8('!');
  while (true) {
    const __m128i block = LoadBlock(at);
    // Signed: bytes from 0x80 on are less than any other.
    const auto unusual = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmplt_epi8(block, first_printable)));
    const unsigned ends = unusual | EqualMask(block, commas) | EqualMask(block, equals) |
                          EqualMask(block, backslashes) | EqualMask(block, deletes);
    if (ends != 0) return at + std::countr_zero(ends);
    at += 16;
  }
}

}  // namespace

void KeyShape::Learn(const RawLine& line) {
  Forget();
  text_.clear();
  if (line.key.find('\\') != std::string_view::npos) return;
  std::vector<uint32_t> as_written(line.tags.size());
  for (uint32_t i = 0; i < as_written.size(); ++i) as_written[i] = i;
  std::sort(as_written.begin(), as_written.end(),
            [&](uint32_t a, uint32_t b) { return line.tags[a].key.data() < line.tags[b].key.data(); });
  size_t covered = line.measurement.size();
  for (const uint32_t place : as_written) {
    const RawTag& tag = line.tags[place];
    const auto size = static_cast<uint32_t>(tag.key.size() + 2);
    parts_.push_back({static_cast<uint32_t>(text_.size()), size, place});
    text_.append(1, ',').append(tag.key).append(1, '=');
    covered += size + tag.value.size();
  }
  if (covered != line.key.size()) Forget();
  text_.append(kPadding, '\0');
}

bool KeyShape::Cut(std::string_view key, size_t measurement_size, std::vector<point::Tag>& tags) const {
  if (parts_.empty()) return false;
  tags.resize(parts_.size());
  const char* at = key.data() + measurement_size;
  const char* const end = key.data() + key.size();
  for (const Part& part : parts_) {
    const char* const expected = text_.data() + part.offset;
    if (end - at <= static_cast<ptrdiff_t>(part.size) || !EqualAhead(at, expected, part.size)) return false;
    at += part.size;
    const char* const value_end = ValueEnd(at);
    if (value_end == at || value_end > end) return false;
    tags[part.place] = {{expected + 1, part.size - 2}, {at, static_cast<size_t>(value_end - at)}};
    at = value_end;
  }
  return at == end;
}

}  // namespace firn::line_protocol
