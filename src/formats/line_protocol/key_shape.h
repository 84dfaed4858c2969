#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/line_protocol/plain_line.h"
#include "point/series_table.h"

namespace firn::line_protocol {

/// The tag keys of a series in the order in which its lines have them. New series come in crowds, and those of one
/// measurement mostly differ in their values alone: then a key is cut by comparing it with the one before, and its tags
/// are in order without sorting.
///
/// Knows no dialect: it takes only what every dialect takes, values of printable ASCII without `=` and backslashes.
class KeyShape {
 public:
  /// Learns from a key that the plain path has read. One with escapes, or with a tag that was named twice, teaches
  /// nothing.
  void Learn(const RawLine& line);
  void Forget() { parts_.clear(); }

  /// Cuts the tags of `key`, whose first `measurement_size` bytes are the measurement that was learned. True with
  /// `tags` sorted by key, as FindOrAdd of the series table wants them; their keys live as long as the shape does not
  /// change. A space stands behind `key`, and up to 15 bytes behind that are read.
  bool Cut(std::string_view key, size_t measurement_size, std::vector<point::Tag>& tags) const;

 private:
  /// A tag key with the comma before it and the equals sign behind it.
  struct Part {
    uint32_t offset = 0;  ///< in text_
    uint32_t size = 0;
    uint32_t place = 0;  ///< among the sorted tags
  };

  std::string text_;  // 16 bytes of padding follow
  std::vector<Part> parts_;
};

}  // namespace firn::line_protocol
