#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "iceberg/catalog/metadata_file.h"
#include "shared_fixtures.h"
#include "storage/storage.h"

/// The recorded tables: each a folder whose locations begin with `/firn-fixture/`.

namespace firn::iceberg::testing {

inline nlohmann::json ReadJsonFile(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file, nullptr, false);
}

/// A storage that finds the files of one recorded table.
inline std::shared_ptr<storage::Storage> FixtureStorage(const std::filesystem::path& folder) {
  storage::StorageOptions options;
  for (const char* prefix : {"file:///firn-fixture/", "file:/firn-fixture/", "/firn-fixture/"}) {
    options.path_map.emplace_back(prefix, folder.string() + "/");
  }
  auto opened = storage::OpenStorage(options);
  return opened.ok() ? *opened : nullptr;
}

/// Folders that hold a table.json, sorted by name.
inline std::vector<std::filesystem::path> FixtureTables() {
  std::vector<std::filesystem::path> tables;
  const auto root = firn::testing::FixtureFolder("iceberg");
  if (root.empty()) return tables;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (std::filesystem::exists(entry.path() / "table.json")) tables.push_back(entry.path());
  }
  std::sort(tables.begin(), tables.end());
  return tables;
}

inline Result<LoadedTable> LoadFixture(const std::filesystem::path& folder, const char* description,
                                       storage::Storage& storage) {
  const nlohmann::json table = ReadJsonFile(folder / description);
  return LoadTableFromMetadata(storage, table.at("metadata_location").get<std::string>());
}

}  // namespace firn::iceberg::testing
