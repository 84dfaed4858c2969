#include "formats/tar/tar_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "shared_fixtures.h"

namespace firn::tar {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Collector final : public TarReader::Visitor {
 public:
  std::vector<std::string> files;

  Status BeginFile(std::string_view name, uint64_t) override {
    files.push_back(std::string(name) + "=");
    return OkStatus();
  }
  Status Content(std::string_view bytes) override {
    files.back() += bytes;
    return OkStatus();
  }
  Status EndFile() override {
    files.back() += ";";
    return OkStatus();
  }
};

/// Files as "name=content;", read in pieces of `piece` bytes, and the error.
std::vector<std::string> Read(std::string_view archive, size_t piece) {
  Collector collector;
  TarReader reader(collector);
  Status read = OkStatus();
  while (!archive.empty() && read.ok()) {
    read = reader.Append(archive.substr(0, piece));
    archive.remove_prefix(std::min(piece, archive.size()));
  }
  if (read.ok()) read = reader.Finish();
  if (!read.ok()) collector.files.push_back(read.error().message());
  return collector.files;
}

/// An archive that Python's tarfile made; the corpus has a byte for the size of pieces in front.
std::string Archive(const std::string& name) {
  std::ifstream file(firn::testing::SourceFolder() / "fuzz/corpus/tar" / name, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()).substr(1);
}

const std::string kLongName = "demo/" + std::string(150, 'p') + "/1/000000001-000000001.tsm";

TEST(TarReader, ReadsEveryFormInPiecesOfAnySize) {
  for (const size_t piece : {size_t{1}, size_t{511}, size_t{1} << 20}) {
    EXPECT_THAT(Read(Archive("ustar"), piece), ElementsAre("demo/autogen/1/000000001-000000001.tsm=abc;"));
    EXPECT_THAT(Read(Archive("pax"), piece), ElementsAre(kLongName + "=abc;", "d\u00e9mo/x=abc;"));
    EXPECT_THAT(Read(Archive("gnu"), piece), ElementsAre(kLongName + "=abc;"));
  }
}

TEST(TarReader, TellsOfAnArchiveThatIsCut) {
  const std::string whole = Archive("ustar");
  EXPECT_THAT(Read(whole.substr(0, 514), 100), ElementsAre(HasSubstr("=ab"), HasSubstr("ends within an entry")));
  EXPECT_THAT(Read(whole.substr(0, 100), 100), ElementsAre(HasSubstr("ends within an entry")));
  EXPECT_TRUE(Read("", 1).empty());
}

TEST(TarReader, FindsEveryChangedByteOfAHeader) {
  const std::string whole = Archive("ustar");
  for (size_t at = 0; at < 512; ++at) {
    // The checksum's own end, a zero or a space, and what follows it say nothing.
    if (at >= 148 && at < 156) continue;
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x01);
    EXPECT_THAT(Read(damaged, 4096), ElementsAre(HasSubstr("checksum disagrees"))) << at;
  }
}

}  // namespace
}  // namespace firn::tar
