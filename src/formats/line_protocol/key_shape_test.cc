#include "formats/line_protocol/key_shape.h"

#include <gtest/gtest.h>

namespace firn::line_protocol {
namespace {

/// A key with what must be readable behind it.
struct Line {
  explicit Line(std::string_view key) : text(std::string(key) + " v=1" + std::string(32, ',')), size(key.size()) {}
  std::string_view key() const { return std::string_view(text).substr(0, size); }
  std::string text;
  size_t size;
};

class KeyShapeTest : public ::testing::Test {
 protected:
  void Learn(std::string_view key) {
    const Line line(key);
    RawLine raw;
    Fault fault;
    ParserOptions options;
    options.dialect = Dialect::Telegraf();
    ASSERT_TRUE(ReadPlainKey(line.key(), options, raw, fault)) << key;
    shape_.Learn(raw);
  }
  /// "key=value key=value", or "no".
  std::string Cut(std::string_view key) {
    const Line line(key);
    std::vector<point::Tag> tags;
    if (!shape_.Cut(line.key(), 1, tags)) return "no";
    std::string out;
    for (const point::Tag& tag : tags) out += std::string(tag.key) + "=" + std::string(tag.value) + " ";
    if (!out.empty()) out.pop_back();
    return out;
  }

  KeyShape shape_;
};

TEST_F(KeyShapeTest, CutsKeysLikeTheOneItLearnedAndSortsTheirTags) {
  Learn("m,host=a,az=x,rack=7");
  EXPECT_EQ(Cut("m,host=b,az=a value of many bytes,rack=8"), "no") << "a space ends the key";
  EXPECT_EQ(Cut("m,host=b,az=a-value-of-many-bytes,rack=8"), "az=a-value-of-many-bytes host=b rack=8");
  EXPECT_EQ(Cut("m,host=b,az=\",rack=~"), "az=\" host=b rack=~");
}

TEST_F(KeyShapeTest, CutsLongTagKeys) {
  const std::string name(300, 'k');
  Learn("m," + name + "=1,z=2");
  EXPECT_EQ(Cut("m," + name + "=3,z=4"), name + "=3 z=4");
}

TEST_F(KeyShapeTest, LeavesOtherShapesToThePlainPath) {
  Learn("m,a=1,b=2");
  for (const char* key :
       {"m", "m,a=1", "m,b=1,a=2", "m,a=1,c=2", "m,a=1,b=2,c=3", "m,a=1,b=", "m,a=,b=2", "m,aa=1,b=2"})
    EXPECT_EQ(Cut(key), "no") << key;
}

TEST_F(KeyShapeTest, LeavesUnusualBytesToThePlainPath) {
  Learn("m,a=1,b=2");
  for (const char* value : {"x=y", "x\\,y", "x\\", "x\ty", "x\x01y", "x\x7fy", "Z\xc3\xbcrich", "\xff", "x\ny"})
    EXPECT_EQ(Cut("m,a=1,b=" + std::string(value)), "no") << value;
}

TEST_F(KeyShapeTest, LearnsNothingFromEscapesOrRepeatedTags) {
  Learn("m,a\\,b=1");
  EXPECT_EQ(Cut("m,a\\,b=1"), "no");
  Learn("m,a=1,a=2");
  EXPECT_EQ(Cut("m,a=1,a=2"), "no");
  Learn("m");
  EXPECT_EQ(Cut("m"), "no");
}

}  // namespace
}  // namespace firn::line_protocol
