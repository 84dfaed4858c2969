#include "inputs/file/file_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "config/common_options.h"
#include "config/toml.h"
#include "inputs/file/content_version.h"
#include "inputs/file/path_glob.h"
#include "point/row.h"
#include "scratch_folder.h"

namespace firn::inputs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Remembers finished positions, as the pipeline does, and the rows that became visible.
class RecordingSink final : public PullSink {
 public:
  std::optional<int64_t> LastPosition(const std::string& shard) override {
    const auto found = positions.find(shard);
    return found == positions.end() ? std::nullopt : std::optional<int64_t>(found->second);
  }
  Result<std::unique_ptr<PullTransaction>> Begin(const std::string& shard, int64_t position) override {
    const auto last = LastPosition(shard);
    EXPECT_TRUE(!last || position > *last);
    return std::unique_ptr<PullTransaction>(std::make_unique<Transaction>(*this, shard, position));
  }

  std::map<std::string, int64_t> positions;
  std::string text;
  bool intact = true;

 private:
  class Transaction final : public PullTransaction {
   public:
    Transaction(RecordingSink& sink, std::string shard, int64_t position)
        : sink_(sink), shard_(std::move(shard)), position_(position) {}
    Status Write(std::vector<point::Batch> batches) override {
      for (const point::Batch& batch : batches) {
        EXPECT_TRUE(batch.Validate().ok());
        intact_ = intact_ && batch.series_intact;
        text_ += point::ToText(batch);
      }
      return OkStatus();
    }
    Status Finish() override {
      sink_.text += text_;
      sink_.intact = sink_.intact && intact_;
      sink_.positions[shard_] = position_;
      return OkStatus();
    }

   private:
    RecordingSink& sink_;
    const std::string shard_;
    const int64_t position_;
    std::string text_;
    bool intact_ = true;
  };
};

class FileInputTest : public ::testing::Test {
 protected:
  void Put(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  /// Moves the time of modification on, as an edit later would.
  void Touch(const std::string& name, std::chrono::seconds by) {
    const std::filesystem::path path(folder_ / name);
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + by);
  }
  std::unique_ptr<PollingInput> Make(FileInputOptions options = {}) {
    if (options.files.empty()) options.files = {folder_ / "*.lp"};
    InputContext context;
    context.clock = &clock_;
    context.pull = &sink_;
    return MakeFileInput(options, context, *file_system_);
  }
  Status Gather(PollingInput& input) { return input.Gather(std::stop_token()); }

  testing::ScratchFolder folder_;
  std::unique_ptr<storage::FileSystem> file_system_ = storage::MakeLocalFileSystem();
  FakeClock clock_{1'700'000'000'000'000'000};
  RecordingSink sink_;
};

TEST_F(FileInputTest, TakesAContentOnce) {
  Put("a.lp", "m v=1i 1\n");
  const auto input = Make();
  ASSERT_TRUE(Gather(*input).ok());
  ASSERT_TRUE(Gather(*input).ok());
  EXPECT_EQ(sink_.text, "m{} v=1i @1\n");
}

TEST_F(FileInputTest, TakesNothingAgainAfterARestart) {
  Put("a.lp", "m v=1i 1\n");
  ASSERT_TRUE(Gather(*Make()).ok());
  ASSERT_TRUE(Gather(*Make()).ok());
  EXPECT_EQ(sink_.text, "m{} v=1i @1\n");
}

TEST_F(FileInputTest, TakesNothingAgainWhenAFileWasOnlyTouched) {
  Put("a.lp", "m v=1i 1\n");
  const auto input = Make();
  ASSERT_TRUE(Gather(*input).ok());
  Touch("a.lp", std::chrono::seconds(5));
  ASSERT_TRUE(Gather(*input).ok());
  Touch("a.lp", std::chrono::seconds(5));
  ASSERT_TRUE(Gather(*Make()).ok());
  EXPECT_EQ(sink_.text, "m{} v=1i @1\n");
}

TEST_F(FileInputTest, TakesAChangedContentAlsoWhenTheClockWentBack) {
  Put("a.lp", "m v=1i 1\n");
  const auto input = Make();
  ASSERT_TRUE(Gather(*input).ok());
  Put("a.lp", "m v=22i 2\n");
  Touch("a.lp", std::chrono::seconds(-3600));
  ASSERT_TRUE(Gather(*input).ok());
  EXPECT_EQ(sink_.text, "m{} v=1i @1\nm{} v=22i @2\n");
}

TEST_F(FileInputTest, RereadsWhenAsked) {
  Put("a.lp", "m v=1i 1\n");
  FileInputOptions options;
  options.reread = true;
  const auto input = Make(options);
  ASSERT_TRUE(Gather(*input).ok());
  ASSERT_TRUE(Gather(*input).ok());
  EXPECT_EQ(sink_.text, "m{} v=1i @1\nm{} v=1i @1\n");
}

TEST_F(FileInputTest, RefusesAFileWithABadLineAndGoesOnWithOthers) {
  Put("a.lp", "m v=1i 1\nbad\nm v=2i 2\nworse\n");
  Put("b.lp", "m v=3i 3\n");
  const auto input = Make();
  const Status status = Gather(*input);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInvalidInput);
  EXPECT_THAT(status.error().message(), HasSubstr("a.lp: nothing is taken: line 2, column "));
  EXPECT_THAT(status.error().message(), HasSubstr("(and 1 more)"));
  EXPECT_EQ(sink_.text, "m{} v=3i @3\n");
  EXPECT_TRUE(Gather(*input).ok()) << "what was refused is complained of once";
  Put("a.lp", "m v=1i 1\nm v=4i 4\n");
  ASSERT_TRUE(Gather(*input).ok());
  EXPECT_EQ(sink_.text, "m{} v=3i @3\nm{} v=1i @1\nm{} v=4i @4\n");
}

TEST_F(FileInputTest, SkipsBadLinesWhenAsked) {
  Put("a.lp", "m v=1i 1\nbad\nm v=2i 2\n");
  FileInputOptions options;
  options.on_bad_line = BadLines::kSkip;
  ASSERT_TRUE(Gather(*Make(options)).ok());
  EXPECT_EQ(sink_.text, "m{} v=1i @1\nm{} v=2i @2\n");
}

TEST_F(FileInputTest, ReadsFilesLargerThanAPieceWithRightLineNumbers) {
  std::string text = "\xEF\xBB\xBF";
  size_t lines = 0;
  while (text.size() < ContentDigester::kPieceBytes + 1'000) {
    text += "measurement,host=some_host value=" + std::to_string(lines) + "i " + std::to_string(lines + 1) + "\n";
    ++lines;
  }
  text += "bad line here\n";
  Put("a.lp", text);
  const Status status = Gather(*Make());
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("line " + std::to_string(lines + 1) + ","));
  Put("a.lp", text.substr(0, text.size() - 14));
  ASSERT_TRUE(Gather(*Make()).ok());
  EXPECT_EQ(static_cast<size_t>(std::count(sink_.text.begin(), sink_.text.end(), '\n')), lines);
}

TEST_F(FileInputTest, AddsTagsThatNameTheFile) {
  Put("a.lp", "m,host=x v=1i 1\n");
  FileInputOptions options;
  options.file_tag = "src";
  options.file_path_tag = "path";
  ASSERT_TRUE(Gather(*Make(options)).ok());
  EXPECT_EQ(sink_.text, "m{host=x,path=" + (folder_ / "a.lp") + ",src=a.lp} v=1i @1\n");
  EXPECT_TRUE(sink_.intact);
}

TEST_F(FileInputTest, OverwritingATagBreaksTheSeries) {
  Put("a.lp", "m,src=x v=1i 1\n");
  FileInputOptions options;
  options.file_tag = "src";
  ASSERT_TRUE(Gather(*Make(options)).ok());
  EXPECT_EQ(sink_.text, "m{src=a.lp} v=1i @1\n");
  EXPECT_FALSE(sink_.intact);
}

TEST_F(FileInputTest, GivesTheTimeToLinesWithoutOne) {
  Put("a.lp", "m v=1i");
  ASSERT_TRUE(Gather(*Make()).ok());
  EXPECT_EQ(sink_.text, "m{} v=1i @1700000000000000000\n");
}

TEST_F(FileInputTest, TellsOfPatternsWithoutFiles) {
  const Status status = Gather(*Make());
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("could not find file(s) "));
}

TEST_F(FileInputTest, FindsFilesAcrossFolders) {
  for (const char* name : {"d/a.lp", "d/e/b.lp", "d/e/f/c.lp", "d/c.txt"}) Put(name, "");
  EXPECT_THAT(*FindFiles(*file_system_, folder_ / "d/**.lp"),
              ElementsAre(folder_ / "d/e/f/c.lp", folder_ / "d/e/b.lp", folder_ / "d/a.lp"));
  EXPECT_THAT(*FindFiles(*file_system_, folder_ / "d/*/?.lp"), ElementsAre(folder_ / "d/e/b.lp"));
  EXPECT_THAT(*FindFiles(*file_system_, folder_ / "d/c.txt"), ElementsAre(folder_ / "d/c.txt"));
  EXPECT_FALSE(FindFiles(*file_system_, folder_ / "d/*.none").ok());
  EXPECT_FALSE(FindFiles(*file_system_, folder_ / "d").ok());
}

TEST(ContentVersionTest, PositionsRiseAndNameTheirContent) {
  ContentDigester a, b;
  a.Add("a");
  b.Add("b");
  const int64_t first = NextContentPosition(1'700'000'000'000, a.digest(), std::nullopt);
  const int64_t second = NextContentPosition(1'600'000'000'000, b.digest(), first);
  EXPECT_GT(second, first);
  EXPECT_TRUE(IsPositionOf(first, a.digest()));
  EXPECT_FALSE(IsPositionOf(first, b.digest()));
  EXPECT_TRUE(IsPositionOf(second, b.digest()));
  EXPECT_GT(NextContentPosition(INT64_MAX, a.digest(), std::nullopt), 0);
  EXPECT_GE(NextContentPosition(-5, a.digest(), std::nullopt), 0);
}

TEST(FileInputSchemaTest, NamesWhatIsNotSupported) {
  const auto problem = [](const std::string& toml) -> std::string {
    config::Diagnostics diagnostics;
    const auto table = config::ParseToml(toml, "t.conf", diagnostics);
    (void)FileInputSchema().Bind(*table, diagnostics);
    return diagnostics.ok() ? "" : diagnostics.entries().at(0).message;
  };
  EXPECT_EQ(problem("data_format = \"influx\""), "");
  EXPECT_THAT(problem("data_format = \"csv\""), HasSubstr("data_format \"csv\" is not supported"));
  EXPECT_THAT(problem("data_format = \"nosuch\""), HasSubstr("there is no such parser"));
  EXPECT_THAT(problem("character_encoding = \"utf-16le\""), HasSubstr("character_encoding"));
  EXPECT_THAT(problem("influx_timestamp_precision = \"0s\""), HasSubstr("influx_timestamp_precision"));
}

}  // namespace
}  // namespace firn::inputs
