#include "outputs/file/file_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "config/common_options.h"
#include "config/toml.h"
#include "point/batch_builder.h"
#include "scratch_folder.h"

namespace firn::outputs {
namespace {

using ::testing::HasSubstr;

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

point::Batch Row(int64_t value, uint32_t shard, int64_t position, uint32_t sequence = 0) {
  point::BatchBuilder builder;
  builder.Add("m", {}, std::vector<point::Field>{{"v", value}}, value);
  point::Batch batch = std::move(builder.Take().at(0));
  batch.origin = {shard, position, sequence};
  return batch;
}

std::vector<point::Batch> List(point::Batch batch) {
  std::vector<point::Batch> list;
  list.push_back(std::move(batch));
  return list;
}

std::vector<ShardProgress> UpTo(uint32_t shard, int64_t position) {
  return {{shard, "source", "shard", position}};
}

class FileOutputTest : public ::testing::Test {
 protected:
  std::unique_ptr<Output> Make(std::vector<std::string> files) {
    FileOutputOptions options;
    options.files = std::move(files);
    Result<std::unique_ptr<Output>> output = MakeFileOutput(options, *file_system_, standard_output_);
    EXPECT_TRUE(output.ok());
    return std::move(*output);
  }

  testing::ScratchFolder folder_;
  std::unique_ptr<storage::FileSystem> file_system_ = storage::MakeLocalFileSystem();
  StringSink standard_output_;
};

TEST_F(FileOutputTest, MakesItsFilesAndFoldersAtOnce) {
  Make({folder_ / "a/b.out"});
  EXPECT_TRUE(*file_system_->Exists(folder_ / "a/b.out"));
}

TEST_F(FileOutputTest, WritesWhatIsCompleteInOrderOfPositionAndSequence) {
  const auto output = Make({folder_ / "x.out", "stdout"});
  ASSERT_TRUE(output->Write(List(Row(3, 0, 2))).ok());
  ASSERT_TRUE(output->Write(List(Row(2, 0, 1, 1))).ok());
  ASSERT_TRUE(output->Write(List(Row(1, 0, 1, 0))).ok());
  ASSERT_TRUE(output->Write(List(Row(4, 0, 3))).ok());
  const Result<FlushReport> report = output->Flush(UpTo(0, 2));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(ReadAll(folder_ / "x.out"), "m v=1i 1\nm v=2i 2\nm v=3i 3\n");
  EXPECT_EQ(standard_output_.bytes(), ReadAll(folder_ / "x.out"));
  EXPECT_EQ(report->rows, 3u);
  ASSERT_EQ(report->durable.size(), 1u);
  EXPECT_EQ(report->durable[0].complete_up_to, 2);
  EXPECT_GT(output->buffered_bytes(), 0u);
  ASSERT_TRUE(output->Flush(UpTo(0, 3)).ok());
  EXPECT_EQ(ReadAll(folder_ / "x.out"), "m v=1i 1\nm v=2i 2\nm v=3i 3\nm v=4i 4\n");
  EXPECT_EQ(output->buffered_bytes(), 0u);
}

TEST_F(FileOutputTest, ForgetsWhatIsDiscarded) {
  const auto output = Make({folder_ / "x.out"});
  ASSERT_TRUE(output->Write(List(Row(1, 7, 5))).ok());
  output->Discard(7, 5);
  EXPECT_EQ(output->buffered_bytes(), 0u);
  ASSERT_TRUE(output->Flush(UpTo(7, 5)).ok());
  EXPECT_EQ(ReadAll(folder_ / "x.out"), "");
}

TEST_F(FileOutputTest, RelievesMemoryEvenWhenNothingIsComplete) {
  const auto output = Make({folder_ / "x.out"});
  ASSERT_TRUE(output->Write(List(Row(1, 0, 5))).ok());
  ASSERT_TRUE(output->Relieve(UpTo(0, 4), 1).ok());
  EXPECT_EQ(output->buffered_bytes(), 0u);
  EXPECT_EQ(ReadAll(folder_ / "x.out"), "m v=1i 1\n");
}

TEST_F(FileOutputTest, AppendsToWhatIsThereAndEndsATornLine) {
  std::ofstream(folder_ / "x.out") << "m v=0i 0\nm v=";
  const auto output = Make({folder_ / "x.out"});
  ASSERT_TRUE(output->Write(List(Row(1, 0, 1))).ok());
  ASSERT_TRUE(output->Flush(UpTo(0, 1)).ok());
  EXPECT_EQ(ReadAll(folder_ / "x.out"), "m v=0i 0\nm v=\nm v=1i 1\n");
}

TEST_F(FileOutputTest, FailsAtTheStartWhereAFileCannotBeOpened) {
  std::ofstream(folder_ / "file") << "x";
  FileOutputOptions options;
  options.files = {folder_ / "file/below.out"};
  EXPECT_FALSE(MakeFileOutput(options, *file_system_, standard_output_).ok());
}

/// Fails every append until told otherwise.
class BrokenStream final : public ByteSink {
 public:
  Status Append(std::string_view bytes) override {
    if (broken) return Unavailable("no room");
    text.append(bytes);
    return OkStatus();
  }
  bool broken = true;
  std::string text;
};

TEST_F(FileOutputTest, KeepsRowsOfAFailedFlushForTheNext) {
  BrokenStream stream;
  FileOutputOptions options;
  Result<std::unique_ptr<Output>> output = MakeFileOutput(options, *file_system_, stream);
  ASSERT_TRUE((*output)->Write(List(Row(1, 0, 1))).ok());
  const Result<FlushReport> failed = (*output)->Flush(UpTo(0, 1));
  ASSERT_TRUE(failed.ok());
  EXPECT_TRUE(failed->durable.empty());
  ASSERT_EQ(failed->failures.size(), 1u);
  EXPECT_THAT(failed->failures[0], HasSubstr("cannot append to stdout: no room"));
  stream.broken = false;
  ASSERT_TRUE((*output)->Flush(UpTo(0, 1)).ok());
  EXPECT_EQ(stream.text, "m v=1i 1\n");
}

std::string ProblemOf(const std::string& toml) {
  config::Diagnostics diagnostics;
  const auto table = config::ParseToml(toml, "t.conf", diagnostics);
  (void)FileOutputSchema().Bind(*table, diagnostics);
  return diagnostics.ok() ? "" : diagnostics.entries().at(0).message;
}

TEST(FileOutputSchemaTest, NamesWhatIsNotSupported) {
  EXPECT_EQ(ProblemOf("data_format = \"influx\"\nfiles = [\"x\"]"), "");
  EXPECT_THAT(ProblemOf("data_format = \"json\""), HasSubstr("data_format \"json\" is not supported"));
  EXPECT_THAT(ProblemOf("data_format = \"nosuch\""), HasSubstr("\"nosuch\": there is no such serializer"));
  EXPECT_THAT(ProblemOf("rotation_interval = \"1h\""), HasSubstr("rotation_interval"));
  EXPECT_THAT(ProblemOf("compression_algorithm = \"gzip\""), HasSubstr("compression_algorithm"));
}

}  // namespace
}  // namespace firn::outputs
