#include "point/series_rewriter.h"

#include <gtest/gtest.h>

#include <thread>

#include "point/batch_builder.h"
#include "point/row.h"

namespace firn::point {
namespace {

Batch OneRow(BatchBuilder& builder, std::vector<Tag> tags, int64_t time) {
  const std::vector<Field> fields = {{"v", int64_t{1}}};
  builder.Add("m", tags, fields, time);
  return std::move(builder.Take().at(0));
}

void RenameHost(MutableTags& tags) {
  for (auto& [key, value] : tags) {
    if (key == "host") key = "node";
  }
}

TEST(SeriesRewriterTest, RewritesEachSeriesOnceAsTheTableGrows) {
  int calls = 0;
  SeriesRewriter rewriter([&](MutableTags& tags) {
    ++calls;
    RenameHost(tags);
  });
  BatchBuilder builder;
  Batch first = OneRow(builder, {{"host", "a"}, {"x", "1"}}, 1);
  Batch second = OneRow(builder, {{"host", "b"}}, 2);
  Batch third = OneRow(builder, {{"host", "a"}, {"x", "1"}}, 3);
  rewriter.Apply(first);
  rewriter.Apply(second);
  rewriter.Apply(third);
  EXPECT_EQ(ToText(first), "m{node=a,x=1} v=1i @1\n");
  EXPECT_EQ(ToText(second), "m{node=b} v=1i @2\n");
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(first.series_view.table(), third.series_view.table());
  EXPECT_EQ(first.series[0], third.series[0]);
  EXPECT_TRUE(first.series_intact);
}

TEST(SeriesRewriterTest, LastOfEqualKeysWinsAndLossOfTagsIsTold) {
  SeriesRewriter rewriter(&RenameHost);
  BatchBuilder builder;
  Batch lossy = OneRow(builder, {{"host", "a"}, {"node", "n"}}, 1);
  Batch whole = OneRow(builder, {{"host", "a"}}, 2);
  rewriter.Apply(lossy);
  rewriter.Apply(whole);
  EXPECT_EQ(ToText(lossy), "m{node=n} v=1i @1\n");
  EXPECT_FALSE(lossy.series_intact);
  EXPECT_TRUE(whole.series_intact);
}

TEST(SeriesRewriterTest, DropsTagsWithEmptyValues) {
  SeriesRewriter rewriter([](MutableTags& tags) { tags.emplace_back("host", ""), tags.emplace_back("y", "2"); });
  BatchBuilder builder;
  Batch batch = OneRow(builder, {{"host", "a"}}, 1);
  rewriter.Apply(batch);
  EXPECT_EQ(ToText(batch), "m{y=2} v=1i @1\n");
}

TEST(SeriesRewriterTest, ManyThreadsMayApplyWhileTheSourceGrows) {
  SeriesRewriter rewriter(&RenameHost);
  BatchBuilder builder;
  std::vector<Batch> batches;
  for (int i = 0; i < 400; ++i) {
    const std::string host = "h" + std::to_string(i % 100);
    batches.push_back(OneRow(builder, {{"host", host}}, i));
  }
  std::vector<std::thread> threads;
  for (size_t part = 0; part < 4; ++part) {
    threads.emplace_back([&, part] {
      for (size_t i = part; i < batches.size(); i += 4) rewriter.Apply(batches[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 400; ++i) {
    const std::string expected = "m{node=h" + std::to_string(i % 100) + "} v=1i @" + std::to_string(i) + "\n";
    EXPECT_EQ(ToText(batches[static_cast<size_t>(i)]), expected);
  }
}

}  // namespace
}  // namespace firn::point
