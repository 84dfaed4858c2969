#include "pipeline/accepted_config.h"

#include <gtest/gtest.h>

namespace firn::pipeline {
namespace {

config::Document Load(const std::string& text) {
  config::Diagnostics diagnostics;
  const config::SourceFile file{"firn.conf", text};
  return config::LoadDocument(std::span(&file, 1), {}, diagnostics);
}

std::string TextOf(const config::Document& document, std::string_view key) {
  const config::Value* value = document.Of(config::Category::kOutput).at(0)->table.Find(key);
  return value == nullptr ? "" : *value->string();
}

TEST(AcceptedConfig, KeepsFilesAsTheyAre) {
  const std::vector<config::SourceFile> files = {{"a b.conf", "file 3 x\n[agent]\n"}, {"", ""}, {"c", "no line feed"}};
  const std::vector<config::SourceFile> read = SplitFiles(JoinFiles(files));
  ASSERT_EQ(read.size(), files.size());
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(read[i].path, files[i].path);
    EXPECT_EQ(read[i].text, files[i].text);
  }
  EXPECT_TRUE(SplitFiles("file 18446744073709551615 x\nabc").empty());
}

TEST(AcceptedConfig, TakesTodaysKeysAndLeavesWhatRowsBecome) {
  config::Document former = Load(
      "[[outputs.iceberg]]\n  warehouse = \"s3://b\"\n  table = \"old\"\n  s3_secret_key = \"wrong\"\n"
      "  s3_endpoint = \"http://gone\"\n");
  TakeConnections(former, Load("[[outputs.iceberg]]\n  warehouse = \"s3://b\"\n  table = \"new\"\n"
                               "  s3_secret_key = \"right\"\n"));
  EXPECT_EQ(TextOf(former, "s3_secret_key"), "right");
  EXPECT_EQ(TextOf(former, "s3_endpoint"), "");
  EXPECT_EQ(TextOf(former, "table"), "old");
}

TEST(AcceptedConfig, LeavesAnOutputAloneThatGoesElsewhereToday) {
  const std::string before = "[[outputs.iceberg]]\n  warehouse = \"s3://b\"\n  s3_secret_key = \"a\"\n";
  config::Document former = Load(before);
  TakeConnections(former, Load("[[outputs.iceberg]]\n  warehouse = \"s3://c\"\n  s3_secret_key = \"b\"\n"));
  EXPECT_EQ(TextOf(former, "s3_secret_key"), "a");
  TakeConnections(former, Load("[[outputs.iceberg]]\n  alias = \"x\"\n  warehouse = \"s3://b\"\n"
                               "  s3_secret_key = \"b\"\n"));
  EXPECT_EQ(TextOf(former, "s3_secret_key"), "a");
}

}  // namespace
}  // namespace firn::pipeline
