#include "influx_files/wal_cache.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/tsm/key.h"
#include "influx_files/file_window.h"
#include "influx_files/value_runs.h"

namespace firn::influx_files {
namespace {

constexpr size_t kWindowBytes = 1 << 20;
constexpr size_t kKeyOverhead = 200;  // of a map node and its vectors, about

/// The key with which the series of `key` begins: all keys of a series stand together behind it.
std::string SeriesStart(std::string_view key) {
  const std::optional<tsm::KeyParts> parts = tsm::SplitKey(key);
  return parts ? std::string(parts->series) + std::string(tsm::kFieldSeparator) : std::string(key);
}

void AppendValue(const tsm::WalValue& value, tsm::BlockValues& to) {
  to.times.push_back(value.time);
  switch (to.type) {
    case point::FieldType::kFloat64:
      to.float64s.push_back(std::bit_cast<double>(value.bits));
      break;
    case point::FieldType::kInt64:
    case point::FieldType::kUint64:
      to.integers.push_back(value.bits);
      break;
    case point::FieldType::kBoolean:
      to.booleans.push_back(static_cast<uint8_t>(value.bits));
      break;
    case point::FieldType::kString:
      to.string_bytes.append(value.text);
      to.string_ends.push_back(static_cast<int32_t>(to.string_bytes.size()));
      break;
  }
}

size_t ByteSizeOf(const std::vector<tsm::BlockValues>& values) {
  size_t size = kKeyOverhead;
  for (const tsm::BlockValues& one : values) size += ByteSize(one);
  return size;
}

}  // namespace

Result<WalCache> WalCache::Load(const std::vector<OpenedFile>& segments, Options options, const DamageSink& damage) {
  WalCache cache(std::move(options));
  for (const OpenedFile& segment : segments) FIRN_TRY(cache.ReplaySegment(segment, damage).WithContext(segment.path));
  cache.SortAll();
  return cache;
}

Status WalCache::ReplaySegment(const OpenedFile& segment, const DamageSink& damage) {
  const uint64_t size = segment.size_bytes;
  FileWindow window(segment.file, size, kWindowBytes);
  tsm::WalDecoder decoder;
  uint64_t offset = 0;
  while (offset < size) {
    const auto torn = [&](std::string_view reason) {
      damage(
          {segment.path, offset, "", fmt::format("WAL entry: {}; what follows in this segment is left out", reason)});
    };
    if (size - offset < tsm::WalEntryHeader::kBytes) return torn("its header is not whole"), OkStatus();
    FIRN_ASSIGN(const std::string_view header_bytes, window.View(offset, tsm::WalEntryHeader::kBytes));
    const tsm::WalEntryHeader header = tsm::ParseWalEntryHeader(header_bytes);
    const uint64_t payload = offset + tsm::WalEntryHeader::kBytes;
    if (header.packed_bytes > size - payload) return torn("it is not whole"), OkStatus();
    FIRN_ASSIGN(const std::string_view packed, window.View(payload, header.packed_bytes));
    const Result<tsm::WalEntry> entry = decoder.Decode(header, packed);
    if (!entry.ok()) return torn(entry.error().message()), OkStatus();
    FIRN_TRY(Apply(*entry));
    offset = payload + header.packed_bytes;
  }
  return OkStatus();
}

Status WalCache::Apply(const tsm::WalEntry& entry) {
  if (const auto* deletion = std::get_if<tsm::WalDelete>(&entry)) {
    ++deletes_;
    for (const std::string_view key : deletion->keys) Delete(key, {deletion->min_time, deletion->max_time});
    return OkStatus();
  }
  for (const tsm::WalValues& values : std::get<tsm::WalWrite>(entry).values) {
    if (Wants(values.key())) Write(values);
  }
  return used_bytes_ > options_.max_bytes ? MakeRoom() : OkStatus();
}

bool WalCache::Wants(std::string_view key) const {
  return key >= options_.from_key && (end_key_.empty() || key < end_key_) &&
         (!options_.wants_key || options_.wants_key(key));
}

void WalCache::Write(tsm::WalValues values) {
  auto found = values_.find(values.key());
  if (found == values_.end()) found = values_.try_emplace(std::string(values.key())).first;
  std::vector<tsm::BlockValues>& types = found->second;
  const size_t before = types.empty() ? 0 : ByteSizeOf(types);
  // The type written last stands last, and wins where both say something of one time.
  const auto same =
      std::find_if(types.begin(), types.end(), [&](const auto& type) { return type.type == values.type(); });
  if (same != types.end()) {
    std::rotate(same, same + 1, types.end());
  } else {
    types.emplace_back().type = values.type();
  }
  tsm::WalValue value;
  while (values.Next(value)) AppendValue(value, types.back());
  used_bytes_ += ByteSizeOf(types) - before;
}

void WalCache::Delete(std::string_view key, const TimeSpan& times) {
  const auto found = values_.find(key);
  if (found == values_.end()) return;
  used_bytes_ -= ByteSizeOf(found->second);
  for (tsm::BlockValues& values : found->second) {
    const size_t before = values.size();
    KeepTimes({}, {&times, 1}, values);
    if (values.size() < before) deleted_values_[found->first] += before - values.size();
  }
  std::erase_if(found->second, [](const tsm::BlockValues& values) { return values.size() == 0; });
  if (found->second.empty()) {
    values_.erase(found);
  } else {
    used_bytes_ += ByteSizeOf(found->second);
  }
}

/// Lets go of the later keys, about half of what is held.
Status WalCache::MakeRoom() {
  size_t kept = 0;
  auto at = values_.begin();
  while (at != values_.end() && kept < options_.max_bytes / 2) kept += ByteSizeOf((at++)->second);
  // Cuts between series: before that of `at`, or when it is the first one, behind it.
  auto cut = at == values_.end() ? values_.end() : values_.lower_bound(SeriesStart(at->first));
  if (cut == values_.begin() || cut == values_.end()) {
    const std::string start = SeriesStart(values_.begin()->first);
    cut = values_.begin();
    while (cut != values_.end() && cut->first.starts_with(start)) ++cut;
  }
  if (cut == values_.end())
    return ResourceExhausted("one series has more than {} bytes in the WAL; allow more memory: {}", options_.max_bytes,
                             values_.begin()->first);
  end_key_ = cut->first;
  for (auto gone = cut; gone != values_.end(); ++gone) used_bytes_ -= ByteSizeOf(gone->second);
  values_.erase(cut, values_.end());
  deleted_values_.erase(deleted_values_.lower_bound(end_key_), deleted_values_.end());
  return OkStatus();
}

void WalCache::SortAll() {
  for (auto& [key, types] : values_) {
    for (tsm::BlockValues& values : types) {
      const size_t before = values.size();
      SortByTime(values);
      overwritten_values_ += before - values.size();
    }
  }
}

uint64_t WalCache::deleted_values() const {
  uint64_t count = 0;
  for (const auto& [key, values] : deleted_values_) count += values;
  return count;
}

}  // namespace firn::influx_files
