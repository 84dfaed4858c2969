#include "lake/positions.h"

#include <algorithm>
#include <charconv>

namespace firn::lake {
namespace {

constexpr std::string_view kPositionPrefix = "firn.position.";
constexpr std::string_view kEpochPrefix = "firn.epoch.";

std::string Encode(std::string_view name) {
  std::string encoded;
  for (const char c : name) {
    if (c == '.' || c == '%') {
      encoded += c == '.' ? "%2E" : "%25";
    } else {
      encoded.push_back(c);
    }
  }
  return encoded;
}

std::string Decode(std::string_view encoded) {
  std::string name;
  for (size_t i = 0; i < encoded.size(); ++i) {
    const std::string_view escape = encoded.substr(i, 3);
    if (escape == "%2E" || escape == "%25") {
      name.push_back(escape == "%2E" ? '.' : '%');
      i += 2;
    } else {
      name.push_back(encoded[i]);
    }
  }
  return name;
}

std::optional<int64_t> Number(const iceberg::StringMap& properties, const std::string& key) {
  const auto found = properties.find(key);
  if (found == properties.end()) return std::nullopt;
  int64_t number = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [stopped, error] = std::from_chars(found->second.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

void PositionRange::Include(int64_t position) {
  first = std::min(first, position);
  last = std::max(last, position);
}

std::string PositionProperty(const ShardName& name) {
  return std::string(kPositionPrefix) + Encode(name.source) + "." + Encode(name.shard);
}

std::string EpochProperty(const ShardName& name) {
  return std::string(kEpochPrefix) + Encode(name.source) + "." + Encode(name.shard);
}

std::optional<ShardName> ParsePositionProperty(std::string_view key) {
  if (!key.starts_with(kPositionPrefix)) return std::nullopt;
  key.remove_prefix(kPositionPrefix.size());
  const size_t dot = key.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  return ShardName{Decode(key.substr(0, dot)), Decode(key.substr(dot + 1))};
}

std::optional<int64_t> HeldPosition(const iceberg::StringMap& properties, const ShardName& name) {
  return Number(properties, PositionProperty(name));
}

std::optional<int64_t> HeldEpoch(const iceberg::StringMap& properties, const ShardName& name) {
  return Number(properties, EpochProperty(name));
}

int64_t HighestEpoch(const iceberg::StringMap& properties) {
  int64_t highest = 0;
  for (auto it = properties.lower_bound(std::string(kEpochPrefix));
       it != properties.end() && it->first.starts_with(kEpochPrefix); ++it) {
    highest = std::max(highest, Number(properties, it->first).value_or(0));
  }
  return highest;
}

Status CheckEpochs(const iceberg::StringMap& properties, const PositionRanges& ranges, const ShardNames& names,
                   int64_t epoch) {
  for (const auto& [shard, range] : ranges) {
    const auto name = names.find(shard);
    if (name == names.end()) continue;
    const auto held = HeldEpoch(properties, name->second);
    if (held && *held > epoch) {
      return Cancelled("another process has taken over {}: its epoch is {}, this one's {}", name->second.source, *held,
                       epoch);
    }
  }
  return OkStatus();
}

Held Compare(const iceberg::StringMap& properties, const PositionRanges& ranges, const ShardNames& names) {
  size_t all = 0;
  size_t nothing = 0;
  for (const auto& [shard, range] : ranges) {
    const auto name = names.find(shard);
    const auto held = name == names.end() ? std::nullopt : HeldPosition(properties, name->second);
    if (!held || *held < range.first) ++nothing;
    if (held && *held >= range.last) ++all;
  }
  if (nothing == ranges.size()) return Held::kNothing;
  return all == ranges.size() ? Held::kAll : Held::kPart;
}

}  // namespace firn::lake
