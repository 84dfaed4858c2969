#include "influx_files/bucket_names.h"

#include <nlohmann/json.hpp>

#include "influx_files/server_metadata.h"

namespace firn::influx_files {
Result<std::map<std::string, BucketName>> ReadBucketNames(storage::FileSystem& files, const std::string& bolt_path) {
  FIRN_ASSIGN(bolt::BoltFile bolt, OpenBolt(files, bolt_path));
  std::map<std::string, std::string> organizations;
  FIRN_TRY(bolt.ForEach("organizationsv1", [&](std::string_view, std::string_view value) {
    const nlohmann::json organization = nlohmann::json::parse(value, nullptr, false);
    if (organization.is_object()) organizations[TextMember(organization, "id")] = TextMember(organization, "name");
    return OkStatus();
  }));
  std::map<std::string, BucketName> names;
  FIRN_TRY(bolt.ForEach("bucketsv1", [&](std::string_view, std::string_view value) {
    const nlohmann::json bucket = nlohmann::json::parse(value, nullptr, false);
    if (!bucket.is_object() || TextMember(bucket, "name").empty()) return OkStatus();
    const auto organization = organizations.find(TextMember(bucket, "orgID"));
    names[TextMember(bucket, "id")] = {organization == organizations.end() ? "" : organization->second,
                                       TextMember(bucket, "name")};
    return OkStatus();
  }));
  return names;
}

}  // namespace firn::influx_files
