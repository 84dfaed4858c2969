#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/server.h"
#include "inputs/write_endpoints/field_types.h"
#include "inputs/write_endpoints/write_intake.h"

namespace firn::inputs::write_endpoints {

/// What an imitated InfluxDB 2 knows. Empty lists = every name is known.
struct InfluxDb2Directory {
  std::vector<std::string> organizations;
  std::vector<std::string> buckets;
  std::string token;  ///< "" = everybody may write
  std::string bucket_tag;
};

/// InfluxDB 2's two write endpoints, answered as InfluxDB 2.7 answers them: any bad line refuses the whole body, a type
/// conflict drops the point and is told by 422.
class InfluxDb2Write : public std::enable_shared_from_this<InfluxDb2Write> {
 public:
  InfluxDb2Write(std::shared_ptr<WriteIntake> intake, InfluxDb2Directory directory)
      : intake_(std::move(intake)), directory_(std::move(directory)) {}

  /// POST /api/v2/write?org=…&bucket=…&precision=…
  http::Route ApiV2WriteRoute(uint64_t max_body_bytes);
  /// POST /write?db=…&rp=…&precision=…: the form of 1.x, with 2.x's answers.
  http::Route CompatibleWriteRoute(uint64_t max_body_bytes);
  /// 401 for who has no right to ask, else nothing.
  std::optional<http::Response> Authorize(const http::Request& request) const;

 private:
  http::Route WriteRoute(std::string path, uint64_t max_body_bytes);
  void Write(http::Request request, PushedBody pushed, const http::Responder& respond);

  std::shared_ptr<WriteIntake> intake_;
  const InfluxDb2Directory directory_;
  FieldTypes field_types_;
};

}  // namespace firn::inputs::write_endpoints
