// Every folder of a real server, against what the server itself said of it: its answer to a query (truth.flux.csv.gz)
// and its own export of the files (truth.lp.gz). Where the two differ, the answer counts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/rfc3339.h"
#include "formats/compression/compression.h"
#include "formats/influx_csv/annotated_csv_decoder.h"
#include "formats/line_protocol/parser.h"
#include "influx_files/shard_reader.h"
#include "point/row.h"
#include "shared_fixtures.h"

namespace firn::influx_files {
namespace {

/// (measurement, tags, field), time → type and value.
using CellKey = std::pair<std::string, int64_t>;
using Cells = std::map<CellKey, std::string>;

std::string ReadGzip(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  Result<std::string> text = compression::Decode(compression::Codec::kGzip, packed, uint64_t{4} << 30);
  EXPECT_TRUE(text.ok()) << path;
  return text.value_or("");
}

std::string ValueText(const point::FieldValue& value) {
  if (const auto* number = std::get_if<double>(&value))
    return fmt::format("f{:016x}", std::bit_cast<uint64_t>(*number));
  return std::visit([&](const auto& v) { return fmt::format("{}{}", point::FieldTypeName(point::TypeOf(value)), v); },
                    value);
}

void AddCells(const point::Batch& batch, Cells& cells, uint64_t* twice = nullptr) {
  for (size_t row = 0; row < batch.rows(); ++row) {
    const point::RowRef ref(batch, row);
    std::string series(ref.measurement());
    for (const point::Tag& tag : ref.tags()) series += fmt::format("\n{}={}", tag.key, tag.value);
    for (const point::Field& field : ref.fields()) {
      const auto [at, is_new] = cells.insert_or_assign(CellKey(fmt::format("{}\n\n{}", series, field.name), ref.time()),
                                                       ValueText(field.value));
      if (twice != nullptr && !is_new) ++*twice;
    }
  }
}

struct Truth {
  Cells answer;              // to the query
  Cells exported;            // last line of each
  TimeSpan asked;            // by the query
  uint64_t overwritten = 0;  // lines of the export that a later one overwrites
};

/// What stands behind `label`, up to a comma or bracket.
std::string TextBehind(const std::string& query, const std::string& label) {
  const size_t begin = query.find(label) + label.size();
  return query.substr(begin, query.find_first_of(",)", begin) - begin);
}

Truth ReadTruth(const std::filesystem::path& folder) {
  Truth truth;
  influx_csv::AnnotatedCsvDecoder decoder({}, [&](std::vector<point::Batch> batches) {
    for (const point::Batch& batch : batches) AddCells(batch, truth.answer);
    return OkStatus();
  });
  EXPECT_TRUE(decoder.Feed(ReadGzip(folder / "truth.flux.csv.gz")).ok());
  EXPECT_TRUE(decoder.Finish().ok());

  line_protocol::LineProtocolParser parser({});
  line_protocol::ParseErrors errors;
  for (const point::Batch& batch : parser.Parse(ReadGzip(folder / "truth.lp.gz"), 0, errors))
    AddCells(batch, truth.exported, &truth.overwritten);
  EXPECT_EQ(errors.total, 0u) << folder;

  std::ifstream file(folder / "set.json");
  const std::string query = nlohmann::json::parse(file)["flux_query"];
  const Result<int64_t> start = ParseRfc3339(TextBehind(query, "start: "));
  const Result<int64_t> stop = ParseRfc3339(TextBehind(query, "stop: "));
  EXPECT_TRUE(start.ok() && stop.ok()) << query;
  if (start.ok() && stop.ok()) truth.asked = {*start, *stop - 1};
  return truth;
}

Cells ReadFolder(const std::filesystem::path& folder, ReadReport& report) {
  Cells cells;
  const auto files = storage::MakeLocalFileSystem();
  const Result<std::vector<ShardFiles>> shards = FindShards(*files, (folder / "engine").string());
  EXPECT_TRUE(shards.ok()) << shards.error().message();
  if (!shards.ok()) return cells;
  for (const ShardFiles& shard : *shards) {
    const Result<ShardSnapshot> opened = OpenShard(*files, shard, [](std::chrono::milliseconds) {});
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    if (!opened.ok()) continue;
    uint64_t twice = 0;
    const Result<ReadReport> read = ReadShard(
        *opened, {},
        [](const Damage& damage) { ADD_FAILURE() << damage.file << ": " << damage.key << ": " << damage.reason; },
        [&](point::Batch batch) {
          EXPECT_TRUE(batch.Validate().ok());
          AddCells(batch, cells, &twice);
          return OkStatus();
        });
    EXPECT_TRUE(read.ok()) << read.error().message();
    EXPECT_EQ(twice, 0u) << "cells of " << shard.Name() << " were delivered twice";
    if (!read.ok()) continue;
    report.overwritten += read->overwritten;
    report.deleted_in_wal += read->deleted_in_wal;
  }
  return cells;
}

/// Counts of the comparison of one folder.
struct Comparison {
  uint64_t agreed = 0;
  uint64_t only_answered = 0;   // in the answer, where the export says something else: the answer counts
  uint64_t still_exported = 0;  // deleted by the WAL, which the export does not apply
  uint64_t not_asked = 0;       // outside the query's range: only the export says it
  uint64_t empty_strings = 0;   // which annotated CSV cannot tell from no value
  std::vector<std::string> differ;

  void Differs(const CellKey& key, std::string_view ours, std::string_view theirs) {
    if (differ.size() < 10)
      differ.push_back(fmt::format("{} @{}: {} instead of {}", key.first, key.second, ours, theirs));
  }
};

std::string Find(const Cells& cells, const CellKey& key) {
  const auto found = cells.find(key);
  return found == cells.end() ? "" : found->second;
}

Comparison Compare(const Cells& ours, const Truth& truth) {
  Comparison result;
  for (const auto& [key, value] : ours) {
    const bool asked = truth.asked.Contains(key.second);
    const std::string answered = Find(truth.answer, key);
    const std::string exported = Find(truth.exported, key);
    if (asked && answered.empty() && value == "string" && exported == value) {
      ++result.empty_strings;
    } else if (!asked && exported == value) {
      ++result.not_asked;
    } else if (value != answered) {
      result.Differs(key, value, answered);
    } else if (value == exported) {
      ++result.agreed;
    } else {
      ++result.only_answered;
    }
  }
  for (const auto& [key, value] : truth.answer) {
    if (!ours.contains(key)) result.Differs(key, "nothing", value);
  }
  for (const auto& [key, value] : truth.exported) {
    if (ours.contains(key)) continue;
    if (truth.asked.Contains(key.second) && !truth.answer.contains(key)) {
      ++result.still_exported;
    } else {
      result.Differs(key, "nothing", value);
    }
  }
  return result;
}

TEST(TsmConformance, ShardsAreReadAsTheServerAnswersThem) {
  const std::filesystem::path folder = firn::testing::FixtureFolder("tsm");
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  int agreed = 0;
  int differed = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    const Truth truth = ReadTruth(entry.path());
    ReadReport report;
    const Comparison result = Compare(ReadFolder(entry.path(), report), truth);
    std::printf(
        "[conformance] tsm/%s: %llu cells agree with answer and export, %llu with the answer alone (export-lp "
        "differs), %llu "
        "with the export alone (outside the query), %llu empty strings (not in CSV); %llu cells only in the export "
        "(deleted in "
        "the WAL), %llu overwritten lines in it; %zu differ\n",
        entry.path().filename().c_str(), static_cast<unsigned long long>(result.agreed),
        static_cast<unsigned long long>(result.only_answered), static_cast<unsigned long long>(result.not_asked),
        static_cast<unsigned long long>(result.empty_strings), static_cast<unsigned long long>(result.still_exported),
        static_cast<unsigned long long>(truth.overwritten), result.differ.size());
    // What the report says of the difference is the difference.
    EXPECT_EQ(report.overwritten, truth.overwritten) << entry.path();
    EXPECT_EQ(report.deleted_in_wal, result.still_exported) << entry.path();
    for (const std::string& difference : result.differ) ADD_FAILURE() << entry.path() << ": " << difference;
    ++(result.differ.empty() ? agreed : differed);
  }
  std::printf("[conformance] tsm: %d folders agree, 0 differ on purpose, %d differ\n", agreed, differed);
  EXPECT_GT(agreed + differed, 0);
}

}  // namespace
}  // namespace firn::influx_files
