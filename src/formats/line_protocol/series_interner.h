#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/line_protocol/key_shape.h"
#include "formats/line_protocol/measurement_writer.h"
#include "formats/line_protocol/parser.h"
#include "formats/line_protocol/plain_line.h"
#include "formats/line_protocol/series_cache.h"

namespace firn::line_protocol {

/// From the key of a line, as written, to its measurement and its series there: what both paths share and what lives on
/// from body to body.
class SeriesInterner {
 public:
  SeriesInterner(const ParserOptions& options, const Progress& progress) : options_(options), progress_(progress) {}

  /// The entry of a key, in two halves (see SeriesCache).
  uint64_t Prefetch(std::string_view key) const { return cache_.Prefetch(key); }
  SeriesEntry* Find(std::string_view key, uint64_t prefetched) { return cache_.FindPrefetched(key, prefetched); }
  /// The entry of a line that was read to its end, with a valid index. nullptr with `fault` set when the body has too
  /// many measurements. May close a batch.
  SeriesEntry* FindOrAdd(const RawLine& line, Fault& fault);
  /// A new entry for the key that Find was just asked for in vain, of the same measurement as `like`. nullptr when the
  /// plain path had better look at it. Closes no batch. The space behind `key` and 15 bytes more must be
  /// readable.
  SeriesEntry* AddLike(const SeriesEntry& like, std::string_view key);

  /// Moves the batches of all measurements of this body to `out`, in order of first appearance.
  void TakeBatches(std::vector<point::Batch>& out);
  /// Forgets everything when it holds more than the limit. True when it did. Not within a body.
  bool ForgetIfLarge();

 private:
  MeasurementWriter* WriterOf(std::string_view raw_name);
  void SetSeries(SeriesEntry& entry, const RawLine& line);
  bool ReadKeyLike(const SeriesEntry& like, std::string_view key);
  void SetSeries(SeriesEntry& entry);

  const ParserOptions& options_;
  const Progress& progress_;
  SeriesCache cache_;
  std::unordered_map<std::string, std::unique_ptr<MeasurementWriter>> writers_;  // by name, without escapes
  std::vector<MeasurementWriter*> touched_;                                      // of this body, in order of appearance
  RawLine raw_;
  KeyShape shape_;                             // of the last new series …
  const MeasurementWriter* shaped_ = nullptr;  // … of this measurement
  std::string name_;
  std::string tag_bytes_;
  std::vector<size_t> tag_ends_;
  std::vector<point::Tag> tags_;
};

}  // namespace firn::line_protocol
