#include "influx_files/bucket_names.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "formats/bolt/bolt_file.h"

namespace firn::influx_files {
namespace {

std::string Text(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Result<std::map<std::string, BucketName>> ReadBucketNames(storage::FileSystem& files, const std::string& bolt_path) {
  FIRN_ASSIGN(std::shared_ptr<const storage::File> file, files.Open(bolt_path, storage::FileSystem::Mode::kRead));
  FIRN_ASSIGN(const uint64_t size, file->Size());
  FIRN_ASSIGN(bolt::BoltFile bolt,
              bolt::BoltFile::Open([&](uint64_t offset, size_t bytes) { return file->ReadAt(offset, bytes); }, size));

  std::map<std::string, std::string> organizations;
  FIRN_TRY(bolt.ForEach("organizationsv1", [&](std::string_view, std::string_view value) {
    const nlohmann::json organization = nlohmann::json::parse(value, nullptr, false);
    if (organization.is_object()) organizations[Text(organization, "id")] = Text(organization, "name");
    return OkStatus();
  }));
  std::map<std::string, BucketName> names;
  FIRN_TRY(bolt.ForEach("bucketsv1", [&](std::string_view, std::string_view value) {
    const nlohmann::json bucket = nlohmann::json::parse(value, nullptr, false);
    if (!bucket.is_object() || Text(bucket, "name").empty()) return OkStatus();
    const auto organization = organizations.find(Text(bucket, "orgID"));
    names[Text(bucket, "id")] = {organization == organizations.end() ? "" : organization->second, Text(bucket, "name")};
    return OkStatus();
  }));
  return names;
}

}  // namespace firn::influx_files
