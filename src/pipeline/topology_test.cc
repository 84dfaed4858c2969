#include "pipeline/topology.h"

#include <gmock/gmock.h>

namespace firn::pipeline {
namespace {

using ::testing::HasSubstr;

/// What is said against a configuration; "" = nothing.
std::string Errors(const std::string& text) {
  config::Diagnostics diagnostics;
  const config::SourceFile file{"firn.conf", text};
  const config::Document document = config::LoadDocument(std::span(&file, 1), {}, diagnostics);
  (void)BuildTopology(document, diagnostics);
  const Status status = diagnostics.ToStatus();
  return status.ok() ? "" : status.error().message();
}

std::string ReadingAgain(const std::string& queries) {
  return "[[inputs.influxdb_v2]]\n  organization = \"o\"\n  overlap = \"1h\"\n" + queries;
}
const std::string kMetrics = "  [[inputs.influxdb_v2.query]]\n    bucket = \"metrics\"\n    query = 'q'\n";
const std::string kOther = "  [[inputs.influxdb_v2.query]]\n    bucket = \"other\"\n    query = 'r'\n";
const std::string kIceberg = "[[outputs.iceberg]]\n  warehouse = \"lake\"\n  namespace = \"n\"\n";

TEST(Topology, TakesOverlapWhereEachTableHasOneMeasurementOfOneBucket) {
  EXPECT_EQ(Errors(ReadingAgain(kMetrics) + kIceberg), "");
  EXPECT_EQ(Errors(ReadingAgain(kMetrics + kOther) + kIceberg + "  table = \"{{.Database}}_{{.Name}}\"\n"), "");
}

TEST(Topology, RefusesOverlapForOutputsThatDoNotKnowTheirRows) {
  EXPECT_THAT(Errors(ReadingAgain(kMetrics) + kIceberg + "[[outputs.file]]\n"),
              HasSubstr("overlap needs outputs that know which rows they hold"));
}

TEST(Topology, RefusesOverlapWhereTablesMixMeasurements) {
  EXPECT_THAT(Errors(ReadingAgain(kMetrics) + kIceberg + "  table = \"all\"\n"),
              HasSubstr("a table must hold one measurement"));
}

TEST(Topology, RefusesOverlapWhereTablesMayMixBuckets) {
  const std::string why = "rows of several buckets may come";
  EXPECT_THAT(Errors(ReadingAgain(kMetrics + kOther) + kIceberg), HasSubstr(why));
  EXPECT_THAT(Errors(ReadingAgain(kMetrics) + kIceberg + "[[inputs.influxdb_v2_listener]]\n"), HasSubstr(why));
  const std::string named = "  [[inputs.influxdb_v2.query]]\n    query = 'from(bucket: \"other\")'\n";
  EXPECT_THAT(Errors(ReadingAgain(kMetrics + named) + kIceberg), HasSubstr(why)) << "the query names its bucket";
}

TEST(Topology, RefusesTwoOutputsInOneNamespace) {
  EXPECT_THAT(Errors(kIceberg + kIceberg), HasSubstr("give each its own namespace"));
}

}  // namespace
}  // namespace firn::pipeline
