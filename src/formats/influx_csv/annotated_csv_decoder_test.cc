#include "formats/influx_csv/annotated_csv_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "point/row.h"

namespace firn::influx_csv {
namespace {

using ::testing::HasSubstr;

/// Decodes `body` whole and keeps what came out.
class Decoding {
 public:
  explicit Decoding(const std::string& body, DecoderOptions options = Named("m"), size_t piece = SIZE_MAX)
      : decoder_(std::move(options), [this](std::vector<point::Batch> batches) {
          ++hand_overs;
          for (point::Batch& batch : batches) {
            EXPECT_TRUE(batch.Validate().ok());
            text += point::ToText(batch);
            kept.push_back(std::move(batch));
          }
          return sink_status;
        }) {
    for (size_t at = 0; at < body.size() && status.ok(); at += std::min(piece, body.size())) {
      status = decoder_.Feed(std::string_view(body).substr(at, piece));
    }
    if (status.ok()) status = decoder_.Finish();
  }

  static DecoderOptions Named(std::string measurement) {
    DecoderOptions options;
    options.default_measurement = std::move(measurement);
    return options;
  }
  std::string error() const { return status.ok() ? "" : status.error().message(); }
  const AnnotatedCsvDecoder& decoder() const { return decoder_; }

  std::string text;
  std::vector<point::Batch> kept;
  Status status;
  Status sink_status;
  size_t hand_overs = 0;

 private:
  AnnotatedCsvDecoder decoder_;
};

const std::string kHead =
    "#datatype,string,long,dateTime:RFC3339,string,string,double\r\n"
    "#group,false,false,false,true,true,false\r\n"
    "#default,_result,,,,,\r\n"
    ",result,table,_time,_measurement,host,v\r\n";

TEST(AnnotatedCsvDecoder, TakesStringColumnsOfTheGroupKeyAsTags) {
  const Decoding decoding(kHead + ",,0,1970-01-01T00:00:00.000000001Z,cpu,a,1.5\r\n\r\n");
  EXPECT_EQ(decoding.text, "cpu{host=a} v=1.5f @1\n");
  EXPECT_TRUE(decoding.kept.at(0).series_intact);
  EXPECT_EQ(decoding.decoder().counts().rows_taken, 1U);
}

TEST(AnnotatedCsvDecoder, NamesRowsByTheOptionBeforeMeasurementBeforeTheDefault) {
  const std::string body = kHead + ",,0,1970-01-01T00:00:00Z,cpu,a,1\r\n,,0,1970-01-01T00:00:00Z,,a,2\r\n\r\n";
  EXPECT_EQ(Decoding(body).text, "cpu{host=a} v=1f @0\nm{host=a} v=2f @0\n");
  DecoderOptions options = Decoding::Named("m");
  options.measurement = "all";
  EXPECT_EQ(Decoding(body, options).text, "all{host=a} v=1f @0\nall{host=a} v=2f @0\n");
  EXPECT_THAT(Decoding(body, Decoding::Named("")).error(), HasSubstr("row 6: there is no _measurement"));
}

TEST(AnnotatedCsvDecoder, FillsEmptyCellsFromTheDefaultRow) {
  const Decoding decoding(
      "#datatype,string,long,dateTime:RFC3339,string,double\r\n#group,false,false,false,true,false\r\n"
      "#default,_result,,,web,7.5\r\n,result,table,_time,host,v\r\n"
      ",,0,1970-01-01T00:00:00Z,,\r\n,,0,1970-01-01T00:00:01Z,db,1\r\n\r\n");
  EXPECT_EQ(decoding.text, "m{host=web} v=7.5f @0\nm{host=db} v=1f @1000000000\n");
}

TEST(AnnotatedCsvDecoder, LeavesNullsOutAndRowsOfNothingButNulls) {
  const Decoding decoding(kHead + ",,0,1970-01-01T00:00:00Z,cpu,a,\r\n\r\n");
  EXPECT_EQ(decoding.text, "");
  EXPECT_EQ(decoding.decoder().counts().rows_without_fields, 1U);
}

TEST(AnnotatedCsvDecoder, ReadsEveryDatatype) {
  const Decoding decoding(
      "#datatype,string,long,dateTime:RFC3339Nano,boolean,long,unsignedLong,double,string,dateTime:RFC3339,"
      "base64Binary,duration\r\n"
      "#group,false,false,false,false,false,false,false,false,false,false,false\r\n#default,_result,,,,,,,,,,\r\n"
      ",result,table,_time,b,l,u,d,s,t,bin,dur\r\n"
      ",,0,2262-04-11T23:47:16.854775807Z,true,-9223372036854775808,18446744073709551615,-Inf,\"a\r\nb\"\"\",1970-01-"
      "01T01:00:00.5+01:00,AQI=,1m30s\r\n"
      ",,0,1677-09-21T00:12:43.145224192Z,false,9223372036854775807,0,5e-324,x,1969-12-31T23:59:59.999999999Z,,"
      "\r\n\r\n");
  EXPECT_EQ(decoding.error(), "");
  EXPECT_EQ(decoding.text,
            "m{} b=true l=-9223372036854775808i u=18446744073709551615u d=-inff s=\"a\nb\"\" t=500000000i bin=\"AQI=\" "
            "dur=\"1m30s\" @9223372036854775807\n"
            "m{} b=false l=9223372036854775807i u=0u d=5e-324f s=\"x\" t=-1i @-9223372036854775808\n");
}

TEST(AnnotatedCsvDecoder, ReadsNotANumber) {
  const Decoding decoding(kHead + ",,0,1970-01-01T00:00:00Z,cpu,a,NaN\r\n\r\n");
  EXPECT_TRUE(std::isnan(decoding.kept.at(0).fields.at(0).float64s()[0]));
}

TEST(AnnotatedCsvDecoder, RefusesValuesThatAreNotOfTheirType) {
  for (const char* cell : {"x", "1.5x", "nan", "inf", "Infinity", "0x1p3", "+", "1 "}) {
    EXPECT_THAT(Decoding(kHead + ",,0,1970-01-01T00:00:00Z,cpu,a," + cell + "\r\n").error(),
                HasSubstr("row 5: column 'v' is no double"))
        << cell;
  }
  for (const char* time : {"1970-01-01", "1970-02-30T00:00:00Z", "1970-01-01T24:00:00Z",
                           "1970-01-01T00:00:00.1234567891Z", "1970-01-01T00:00:00.Z", "2262-04-11T23:47:16.854775808Z",
                           "1677-09-21T00:12:43.145224191Z", "1970-01-01T00:00:00", "1970-01-01T00:00:00+1:00"}) {
    EXPECT_THAT(Decoding(kHead + ",,0," + time + ",cpu,a,1\r\n").error(), HasSubstr("row 5: column '_time' is no"))
        << time;
  }
}

TEST(AnnotatedCsvDecoder, StampsRowsWithoutTimeByStopThenByTheDefaultTime) {
  const std::string with_stop =
      "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,double\r\n#group,false,false,true,true,false\r\n"
      "#default,_result,,,,\r\n,result,table,_start,_stop,v\r\n,,0,1970-01-01T00:00:00Z,1970-01-01T00:00:05Z,1\r\n\r\n";
  EXPECT_EQ(Decoding(with_stop).text, "m{} v=1f @5000000000\n");
  const std::string with_neither =
      "#datatype,string,long,double\r\n#group,false,false,false\r\n#default,_result,,\r\n"
      ",result,table,v\r\n,,0,1\r\n\r\n";
  EXPECT_THAT(Decoding(with_neither).error(), HasSubstr("neither _time nor _stop"));
  DecoderOptions options = Decoding::Named("m");
  options.default_time = 9;
  EXPECT_EQ(Decoding(with_neither, options).text, "m{} v=1f @9\n");
}

TEST(AnnotatedCsvDecoder, CountsRowsOutsideTheRangeAndLeavesThemOut) {
  DecoderOptions options;
  options.keep = TimeRange{0, 2'000'000'000};
  const Decoding decoding(kHead +
                              ",,0,1969-12-31T23:59:59.999999999Z,cpu,a,1\r\n,,0,1970-01-01T00:00:00Z,cpu,a,2\r\n"
                              ",,0,1970-01-01T00:00:01.999999999Z,cpu,a,3\r\n,,0,1970-01-01T00:00:02Z,cpu,a,4\r\n\r\n",
                          options);
  EXPECT_EQ(decoding.text, "cpu{host=a} v=2f @0\ncpu{host=a} v=3f @1999999999\n");
  EXPECT_EQ(decoding.decoder().counts().rows_outside_range, 2U);
}

TEST(AnnotatedCsvDecoder, KeepsTagsThatAreCalledLikeTheAnswersOwnColumns) {
  const Decoding decoding(
      "#datatype,string,long,dateTime:RFC3339,string,string,double\r\n#group,false,false,false,true,true,false\r\n"
      "#default,_result,,,,,\r\n,result,table,_time,result,table,v\r\n,,0,1970-01-01T00:00:00Z,won,pine,1\r\n\r\n");
  EXPECT_EQ(decoding.text, "m{result=won,table=pine} v=1f @0\n");
}

TEST(AnnotatedCsvDecoder, TakesSchemaChangesWithAndWithoutAnEmptyLine) {
  const std::string other =
      "#datatype,string,long,dateTime:RFC3339,long\r\n#group,false,false,false,false\r\n"
      "#default,second,,,\r\n,result,table,_time,n\r\n,,1,1970-01-01T00:00:00Z,3\r\n";
  for (const char* between : {"\r\n", ""}) {
    const Decoding decoding(kHead + ",,0,1970-01-01T00:00:00Z,cpu,a,1\r\n" + between + other + "\r\n");
    EXPECT_EQ(decoding.text, "cpu{host=a} v=1f @0\nm{} n=3i @0\n");
    EXPECT_EQ(decoding.decoder().counts().tables, 2U);
  }
}

TEST(AnnotatedCsvDecoder, TakesEmptyTablesAndEmptyAnswers) {
  EXPECT_EQ(Decoding(kHead + "\r\n").error(), "");
  for (const char* body : {"", "\r\n", "\n\n"}) {
    const Decoding decoding(body);
    EXPECT_EQ(decoding.error(), "");
    EXPECT_TRUE(decoding.decoder().ended_with_empty_line());
  }
}

TEST(AnnotatedCsvDecoder, SaysWhetherTheAnswerIsClosedByAnEmptyLine) {
  const std::string row = ",,0,1970-01-01T00:00:00Z,cpu,a,1\r\n";
  EXPECT_FALSE(Decoding(kHead + row).decoder().ended_with_empty_line());
  EXPECT_TRUE(Decoding(kHead + row + "\r\n").decoder().ended_with_empty_line());
}

TEST(AnnotatedCsvDecoder, GivesTheServersErrorWithItsReference) {
  const std::string row = ",,0,1970-01-01T00:00:00Z,cpu,a,1\r\n";
  for (const std::string error :
       {"\r\n#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,\"no, really\",897\r\n",
        "\r\n,error,reference\r\n,\"no, really\",897\r\n", ",error,reference\r\n,\"no, really\",897"}) {
    const Decoding decoding(kHead + row + error);
    ASSERT_FALSE(decoding.status.ok());
    EXPECT_EQ(decoding.status.error().kind(), ErrorKind::kUnavailable);
    EXPECT_THAT(decoding.error(), HasSubstr("no, really (reference 897)"));
    EXPECT_EQ(decoding.decoder().server_error()->reference, "897");
  }
  EXPECT_THAT(Decoding(",error,reference\r\n").error(), HasSubstr("the error table is cut"));
}

TEST(AnnotatedCsvDecoder, RefusesBrokenTables) {
  EXPECT_THAT(Decoding(kHead + ",,0,1970-01-01T00:00:00Z,cpu,a\r\n").error(),
              HasSubstr("row 5: the row has 6 cells, its header 7"));
  EXPECT_THAT(Decoding(kHead + ",,0,1970-01-01T00:00:00Z,\"cpu\"x,a,1\r\n").error(),
              HasSubstr("row 5: text follows a closing quote"));
  EXPECT_THAT(Decoding(kHead + ",,0,1970-01-01T00:00:00Z,c\"pu,a,1\r\n").error(),
              HasSubstr("row 5: a quote stands inside"));
  EXPECT_THAT(Decoding(kHead + ",,0,1970-01-01T00:00:00Z,\"cpu,a,1\r\n").error(),
              HasSubstr("row 5: the answer ends inside quotes"));
  EXPECT_THAT(Decoding("#datatype,string\r\n,result,table\r\n").error(),
              HasSubstr("row 2: an annotation row has 2 cells"));
  EXPECT_THAT(Decoding("#datatype,string,long,money\r\n,result,table,v\r\n").error(),
              HasSubstr("unknown datatype of column 'v': money"));
  EXPECT_THAT(Decoding("<html>\n<p>busy</p>\n\n").error(), HasSubstr("row 1: a table begins with '<html>'"));
  EXPECT_THAT(Decoding(",result,table,v,v\r\n").error(), HasSubstr("two columns are called 'v'"));
  EXPECT_THAT(Decoding(kHead + "\r\n,result,table,_time,v\r\n").error(),
              HasSubstr("row 6: a table begins without its annotations"));
  EXPECT_THAT(Decoding("#datatype,string,long,long\r\n,result,table,_time\r\n").error(),
              HasSubstr("'_time' is no time"));
}

TEST(AnnotatedCsvDecoder, RefusesWhatIsBeyondItsLimits) {
  DecoderOptions options = Decoding::Named("m");
  options.max_row_bytes = 200;
  EXPECT_THAT(Decoding(kHead + ",,0,1970-01-01T00:00:00Z,cpu," + std::string(300, 'x') + ",1\r\n", options).error(),
              HasSubstr("row 5: the row is longer"));
  EXPECT_THAT(Decoding(kHead + ",,0,1970-01-01T00:00:00Z,cpu,\"" + std::string(300, 'x'), options, 10).error(),
              HasSubstr("row 5: the row is longer"));
  options = Decoding::Named("m");
  options.max_columns = 3;
  EXPECT_THAT(Decoding(kHead, options).error(), HasSubstr("more cells than the limit"));
  options = Decoding::Named("m");
  options.max_rows = 1;
  const std::string row = ",,0,1970-01-01T00:00:00Z,cpu,a,1\r\n";
  EXPECT_THAT(Decoding(kHead + row + row, options).error(), HasSubstr("more than 1 rows"));
}

TEST(AnnotatedCsvDecoder, HandsOverAsSoonAsEnoughRowsWait) {
  DecoderOptions options;
  options.batch_rows = 10;
  std::string body = kHead;
  for (int i = 0; i < 95; ++i) body += ",,0,1970-01-01T00:00:00Z,cpu,a,1\r\n";
  const Decoding decoding(body, options);
  EXPECT_EQ(decoding.hand_overs, 10U);
  EXPECT_EQ(decoding.decoder().counts().rows_taken, 95U);
}

TEST(AnnotatedCsvDecoder, EndsWithTheSinksError) {
  DecoderOptions options;
  options.batch_rows = 1;
  AnnotatedCsvDecoder decoder(options, [](auto) -> Status { return Cancelled("stopping"); });
  const Status status = decoder.Feed(kHead + ",,0,1970-01-01T00:00:00Z,cpu,a,1\r\n");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(decoder.Finish().error().kind(), ErrorKind::kCancelled);
}

TEST(AnnotatedCsvDecoder, InfersTypesOfUntypedCellsWhenAsked) {
  DecoderOptions options = Decoding::Named("m");
  options.untyped = UntypedCells::kInfer;
  const Decoding decoding(",result,table,_time,a,b,c\r\n,_result,0,1970-01-01T00:00:00Z,42,true,x y\r\n\r\n", options);
  EXPECT_EQ(decoding.text, "m{} a=42f b=true c=\"x y\" @0\n");
}

TEST(AnnotatedCsvDecoder, ClearsSeriesIntactWhereTheGroupKeyHasLostTags) {
  const std::string names =
      ",result,table,_time,_measurement,_field,host,_value\r\n,,0,1970-01-01T00:00:00Z,cpu,u,a,1\r\n\r\n";
  const std::string types = "#datatype,string,long,dateTime:RFC3339,string,string,string,double\r\n";
  EXPECT_TRUE(Decoding(types + "#group,false,false,false,true,true,true,false\r\n" + names).kept.at(0).series_intact);
  EXPECT_FALSE(Decoding(types + "#group,false,false,false,true,true,false,false\r\n" + names).kept.at(0).series_intact);
  EXPECT_FALSE(Decoding(types + "#group,false,false,false,false,true,true,false\r\n" + names).kept.at(0).series_intact);
  EXPECT_FALSE(Decoding(types + names).kept.at(0).series_intact);
}

TEST(AnnotatedCsvDecoder, LetsTheValueWinOverAColumnOfTheFieldsName) {
  const Decoding decoding(
      "#datatype,string,long,dateTime:RFC3339,string,string,double\r\n#group,false,false,false,true,false,false\r\n"
      "#default,_result,,,,,\r\n,result,table,_time,_field,u,_value\r\n,,0,1970-01-01T00:00:00Z,u,text,1\r\n\r\n");
  EXPECT_EQ(decoding.text, "m{} u=1f @0\n");
}

}  // namespace
}  // namespace firn::influx_csv
