#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "formats/go_time/duration.h"
#include "formats/go_time/layout.h"
#include "formats/go_time/time_zone.h"
#include "shared_fixtures.h"

/// Holds the folder against tests/go_time/cases.txt: what Go's package time answered (made by make_cases.go there),
/// with the zone files of fuzz/corpus/go_time.

namespace firn::go_time {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// Loads the zones that stand beside the fuzz corpus.
class CorpusZones final : public ZoneLoader {
 public:
  Result<std::shared_ptr<const TimeZone>> Load(const std::string& name) override {
    auto& zone = zones_[name];
    if (zone) return zone;
    const std::filesystem::path path = testing::SourceFolder() / "fuzz/corpus/go_time" / name;
    if (!std::filesystem::exists(path)) return NotFound("no zone {}", name);
    FIRN_ASSIGN(zone, TimeZone::ParseTzif(ReadFile(path)));
    return zone;
  }
  std::shared_ptr<const TimeZone> Local() override { return nullptr; }

 private:
  std::map<std::string, std::shared_ptr<const TimeZone>> zones_;
};

/// Go's strconv.QuoteToASCII, backwards.
std::string Unquoted(std::string_view quoted) {
  std::string text;
  quoted = quoted.substr(1, quoted.size() - 2);
  for (size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] != '\\') {
      text.push_back(quoted[i]);
      continue;
    }
    const char escape = quoted[++i];
    if (escape == 'x') {
      text.push_back(static_cast<char>(std::stoi(std::string(quoted.substr(i + 1, 2)), nullptr, 16)));
      i += 2;
    } else if (escape == 'u') {
      const int code_point = std::stoi(std::string(quoted.substr(i + 1, 4)), nullptr, 16);
      text.push_back(static_cast<char>(0xC0 | code_point >> 6));
      text.push_back(static_cast<char>(0x80 | (code_point & 0x3F)));
      i += 4;
    } else {
      text.push_back(escape);
    }
  }
  return text;
}

class GoCases : public ::testing::Test {
 protected:
  /// Runs every case of `kind`; `answer` gets its fields, and returns what we say.
  template <typename Answer>
  void Run(const std::string& kind, Answer answer) {
    std::ifstream cases(testing::SourceFolder() / "tests/go_time/cases.txt");
    std::string line;
    int count = 0;
    while (std::getline(cases, line)) {
      if (!line.starts_with(kind + "\t")) continue;
      std::vector<std::string> fields;
      std::istringstream columns(line.substr(kind.size() + 1));
      for (std::string field; std::getline(columns, field, '\t');) fields.push_back(Unquoted(field));
      const std::string expected = fields.back();
      fields.pop_back();
      EXPECT_EQ(answer(fields), expected) << line;
      ++count;
    }
    EXPECT_GT(count, 20);
  }

  std::shared_ptr<const TimeZone> Zone(const std::string& name) { return *LoadLocation(name, zones_); }

  static std::string Formatted(const ZonedTime& time, std::string_view layout) {
    std::string text;
    Layout(layout).Format(time, text);
    return text;
  }

  CorpusZones zones_;
};

TEST_F(GoCases, TimesAreFormatted) {
  Run("format", [&](const std::vector<std::string>& fields) {
    const ZonedTime time{{std::stoll(fields[1]), std::stoi(fields[2])}, Zone(fields[0])};
    return Formatted(time, fields[3]);
  });
}

TEST_F(GoCases, TimesAreParsed) {
  Run("parse", [&](const std::vector<std::string>& fields) {
    const auto zone = Zone(fields[0]);
    const Result<ZonedTime> time = Layout(fields[1]).Parse(fields[2], zone, zone);
    if (!time.ok()) return "error: " + time.error().message();
    return fmt::format("{} {} {}", time->instant.seconds, time->instant.nanosecond, Formatted(*time, "-07:00:00 MST"));
  });
}

TEST_F(GoCases, FieldsOutOfRangeAreNormalized) {
  Run("date", [&](const std::vector<std::string>& fields) {
    CivilFields civil;
    std::istringstream(fields[1]) >> civil.year >> civil.month >> civil.day >> civil.hour >> civil.minute >>
        civil.second >> civil.nanosecond;
    ZonedTime time{NormalizedSeconds(civil), Zone(fields[0])};
    time.instant.seconds = time.Zone().ToUtc(time.instant.seconds);
    return fmt::format("{} {} {}", time.instant.seconds, time.instant.nanosecond,
                       Formatted(time, "Monday 2006-01-02 15:04:05 __2 -0700 MST"));
  });
}

TEST_F(GoCases, DurationsAreParsed) {
  Run("duration", [](const std::vector<std::string>& fields) {
    const Result<int64_t> duration = ParseDuration(fields[0]);
    return duration.ok() ? std::to_string(*duration) : "error: " + duration.error().message();
  });
}

TEST_F(GoCases, DurationsArePrinted) {
  Run("print", [](const std::vector<std::string>& fields) { return FormatDuration(std::stoll(fields[0])); });
}

TEST(LoadLocation, RefusesNamesThatLeadOutOfTheFolder) {
  CorpusZones zones;
  for (const std::string& name :
       {std::string("../Berlin"), std::string("/Berlin"), std::string("a\\b"), std::string("a\0b", 3)}) {
    EXPECT_EQ(LoadLocation(name, zones).error().message(), "time: invalid location name");
  }
  EXPECT_EQ(LoadLocation("Mars/Base", zones).error().message(), "unknown time zone Mars/Base");
  EXPECT_EQ(*LoadLocation("", zones), nullptr);
  EXPECT_EQ(*LoadLocation("UTC", zones), nullptr);
}

TEST(TimeZone, RefusesBytesThatAreCutOff) {
  const std::string bytes = ReadFile(testing::SourceFolder() / "fuzz/corpus/go_time/Kolkata");
  const size_t last_line = bytes.rfind('\n', bytes.size() - 2);  // It is not necessary.
  for (size_t size = 0; size < last_line; ++size) {
    EXPECT_FALSE(TimeZone::ParseTzif(std::string_view(bytes).substr(0, size)).ok()) << size;
  }
}

TEST(CivilTime, CoversAllOfInt64) {
  for (int64_t seconds : {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
    const CivilTime time = CivilFromSeconds(seconds);
    const Instant back =
        NormalizedSeconds({time.date.year, time.date.month, time.date.day, time.hour, time.minute, time.second, 0});
    EXPECT_EQ(back.seconds, seconds);
  }
}

}  // namespace
}  // namespace firn::go_time
