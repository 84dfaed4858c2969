#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "formats/tsm/block.h"
#include "formats/tsm/file_layout.h"
#include "formats/tsm/index.h"
#include "formats/tsm/key.h"
#include "shared_fixtures.h"

namespace firn::tsm {
namespace {

/// The lines of the page between "```" + `begin` and the next "```".
std::vector<std::string> BlockOfPage(const std::string& begin) {
  std::ifstream page(firn::testing::SourceFolder() / "docs/formats/tsm.md");
  std::vector<std::string> lines;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) inside = line == "```" + begin;
    if (inside && !line.starts_with("```")) lines.push_back(line);
  }
  return lines;
}

std::string FileOfPage() {
  std::string bytes;
  for (const std::string& line : BlockOfPage("hex file")) {
    std::istringstream words(line);
    std::string word;
    words >> word;  // the offset
    for (int i = 0; i < 16 && words >> word && word.size() == 2; ++i)
      bytes += static_cast<char>(std::stoi(word, nullptr, 16));
  }
  return bytes;
}

/// Line protocol of a block of floats or integers.
void AddLines(const std::string_view key, const BlockValues& values, std::vector<std::string>& lines) {
  const std::optional<KeyParts> parts = SplitKey(key);
  ASSERT_TRUE(parts);
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string value = values.type == point::FieldType::kFloat64
                                  ? fmt::format("{}", values.float64s[i])
                                  : fmt::format("{}i", static_cast<int64_t>(values.integers[i]));
    lines.push_back(fmt::format("{} {}={} {}", parts->series, parts->field, value, values.times[i]));
  }
}

TEST(TsmPage, ItsWorkedExampleIsRead) {
  const std::string file = FileOfPage();
  ASSERT_EQ(file.size(), 179u);
  ASSERT_TRUE(CheckFileHeader(file).ok());
  const Result<uint64_t> index = ParseFileFooter(file, file.size());
  ASSERT_TRUE(index.ok());
  std::vector<std::string> lines;
  BlockDecoder decoder;
  BlockValues values;
  for (size_t at = *index; at < file.size() - kFileFooterBytes;) {
    const Result<IndexRecord> record = ParseIndexRecord(std::string_view(file).substr(at));
    ASSERT_TRUE(record.ok()) << record.error().message();
    at += record->size;
    for (size_t i = 0; i < record->entry_count(); ++i) {
      const IndexEntry entry = record->entry(i);
      ASSERT_TRUE(CheckIndexEntry(entry, *index).ok());
      const Result<Block> block = ParseChecked(std::string_view(file).substr(entry.offset, entry.size));
      ASSERT_TRUE(block.ok()) << block.error().message();
      ASSERT_TRUE(decoder.Decode(*block, values).ok());
      AddLines(record->key, values, lines);
    }
  }
  // The page's last plain block.
  std::vector<std::string> page = BlockOfPage("");
  ASSERT_GE(page.size(), lines.size());
  page.erase(page.begin(), page.end() - static_cast<ptrdiff_t>(lines.size()));
  EXPECT_EQ(lines, page);
  EXPECT_EQ(lines.size(), 4u);
}

}  // namespace
}  // namespace firn::tsm
