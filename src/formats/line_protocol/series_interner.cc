#include "formats/line_protocol/series_interner.h"

#include <algorithm>

namespace firn::line_protocol {
namespace {

// Keys longer than the limit less this are left to the plain path, which knows how much a field's name adds.
constexpr size_t kLongNameBytes = 512;

/// Whether the fast path may take lines with this key.
bool IsRepeatable(std::string_view key, const ParserLimits& limits) {
  return MayRepeat(key) && key.size() + kLongNameBytes <= limits.key_bytes;
}

}  // namespace

SeriesEntry* SeriesInterner::FindOrAdd(const RawLine& line, Fault& fault) {
  SeriesEntry* entry = cache_.Find(line.key);
  MeasurementWriter* writer = entry != nullptr ? entry->measurement : WriterOf(line.measurement);
  if (!writer->touched) {
    if (touched_.size() == options_.limits.measurements) {
      fault = {ParseErrorCode::kTooManyMeasurements, 0, {}};
      return nullptr;
    }
    writer->touched = true;
    touched_.push_back(writer);
  }
  if (entry == nullptr) {
    entry = cache_.Add(line.key);
    entry->measurement = writer;
    entry->measurement_size = static_cast<uint32_t>(line.measurement.size());
    entry->repeatable = IsRepeatable(line.key, options_.limits);
  }
  if (entry->generation != writer->generation()) SetSeries(*entry, line);
  return entry;
}

SeriesEntry* SeriesInterner::AddLike(const SeriesEntry& like, std::string_view key) {
  const std::string_view measurement = like.key_view().substr(0, like.measurement_size);
  const bool same = key.size() > measurement.size() && key[measurement.size()] == ',' && key.starts_with(measurement);
  if (!same || !like.measurement->HasRoomForSeries() || !IsRepeatable(key, options_.limits)) return nullptr;
  const bool shaped = shaped_ == like.measurement && shape_.Cut(key, like.measurement_size, tags_);
  if (!shaped && !ReadKeyLike(like, key)) return nullptr;
  SeriesEntry* entry = cache_.Add(key);
  entry->measurement = like.measurement;
  entry->measurement_size = like.measurement_size;
  entry->repeatable = true;
  if (shaped) {
    SetSeries(*entry);
  } else {
    SetSeries(*entry, raw_);
  }
  return entry;
}

/// Reads a key by the whole grammar into raw_, and learns its shape for the next.
bool SeriesInterner::ReadKeyLike(const SeriesEntry& like, std::string_view key) {
  Fault fault;
  if (!ReadPlainKey(key, options_, raw_, fault)) return false;
  shape_.Learn(raw_);
  shaped_ = like.measurement;
  return true;
}

MeasurementWriter* SeriesInterner::WriterOf(std::string_view raw_name) {
  Unescape(raw_name, kMeasurementEscapes, name_);
  std::unique_ptr<MeasurementWriter>& writer = writers_[name_];
  if (!writer) writer = std::make_unique<MeasurementWriter>(name_, options_.batch_limits, progress_);
  return writer.get();
}

void SeriesInterner::SetSeries(SeriesEntry& entry, const RawLine& line) {
  tags_.clear();
  if (line.key.find('\\') == std::string_view::npos) {
    for (const RawTag& tag : line.tags) tags_.push_back({tag.key, tag.value});
  } else {
    // Every unescaped text goes into one buffer; views are made when it no longer moves.
    tag_bytes_.clear();
    tag_ends_.clear();
    for (const RawTag& tag : line.tags) {
      for (const std::string_view raw : {tag.key, tag.value}) {
        Unescape(raw, kNameEscapes, name_);
        tag_bytes_ += name_;
        tag_ends_.push_back(tag_bytes_.size());
      }
    }
    const std::string_view bytes(tag_bytes_);
    size_t start = 0;
    for (size_t i = 0; i + 1 < tag_ends_.size(); i += 2) {
      tags_.push_back(
          {bytes.substr(start, tag_ends_[i] - start), bytes.substr(tag_ends_[i], tag_ends_[i + 1] - tag_ends_[i])});
      start = tag_ends_[i + 1];
    }
    std::sort(tags_.begin(), tags_.end());
  }
  SetSeries(entry);
}

/// With the tags in tags_.
void SeriesInterner::SetSeries(SeriesEntry& entry) {
  entry.series = entry.measurement->InternSeries(tags_);
  entry.generation = entry.measurement->generation();
}

void SeriesInterner::TakeBatches(std::vector<point::Batch>& out) {
  for (MeasurementWriter* writer : touched_) writer->TakeBatches(out);
  touched_.clear();
}

bool SeriesInterner::ForgetIfLarge() {
  size_t bytes = cache_.byte_size();
  for (const auto& [name, writer] : writers_) bytes += writer->cache_bytes() + sizeof(MeasurementWriter) + name.size();
  if (bytes <= options_.limits.cache_bytes) return false;
  cache_.Clear();
  shaped_ = nullptr;
  writers_.clear();
  return true;
}

}  // namespace firn::line_protocol
