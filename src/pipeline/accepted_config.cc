#include "pipeline/accepted_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace firn::pipeline {
namespace {

/// What says how to reach a store, and nothing of what goes there.
constexpr std::string_view kConnectionKeys[] = {"s3_endpoint",      "s3_region",     "s3_access_key", "s3_secret_key",
                                                "s3_session_token", "s3_path_style", "path_map"};
/// What says which store it is.
constexpr std::string_view kPlaceKeys[] = {"catalog", "uri", "catalog_name", "warehouse", "namespace"};

/// An option's text; outputs that leave it out agree.
std::string TextOf(const config::Table& table, std::string_view key) {
  const config::Value* value = table.Find(key);
  const std::string* text = value == nullptr ? nullptr : value->string();
  return text == nullptr ? std::string() : *text;
}

bool SameStore(const config::PluginTable& a, const config::PluginTable& b) {
  return a.name == b.name && a.output().alias == b.output().alias &&
         std::all_of(std::begin(kPlaceKeys), std::end(kPlaceKeys),
                     [&](std::string_view key) { return TextOf(a.table, key) == TextOf(b.table, key); });
}

void ReplaceConnection(config::Table& former, const config::Table& current) {
  const auto is_connection = [](const config::Entry& entry) {
    return std::find(std::begin(kConnectionKeys), std::end(kConnectionKeys), entry.key) != std::end(kConnectionKeys);
  };
  std::erase_if(former.entries, is_connection);
  std::copy_if(current.entries.begin(), current.entries.end(), std::back_inserter(former.entries), is_connection);
}

}  // namespace

std::string JoinFiles(const std::vector<config::SourceFile>& files) {
  std::string text;
  for (const config::SourceFile& file : files) {
    text += fmt::format("file {} {}\n{}\n", file.text.size(), file.path, file.text);
  }
  return text;
}

std::vector<config::SourceFile> SplitFiles(std::string_view text) {
  std::vector<config::SourceFile> files;
  while (text.starts_with("file ")) {
    const size_t line_end = text.find('\n');
    if (line_end == std::string_view::npos) break;
    const std::string_view line = text.substr(5, line_end - 5);
    size_t size = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
    if (error != std::errc() || size > text.size() - line_end - 1) break;
    const auto path_at = static_cast<size_t>(end - line.data()) + 1;
    files.push_back(
        {std::string(line.substr(std::min(path_at, line.size()))), std::string(text.substr(line_end + 1, size))});
    text.remove_prefix(std::min(text.size(), line_end + 1 + size + 1));
  }
  return files;
}

void TakeConnections(config::Document& former, const config::Document& current) {
  const std::vector<const config::PluginTable*> today = current.Of(config::Category::kOutput);
  for (config::PluginTable& output : former.plugins) {
    if (output.category != config::Category::kOutput) continue;
    const auto same = std::find_if(today.begin(), today.end(),
                                   [&](const config::PluginTable* other) { return SameStore(output, *other); });
    if (same != today.end()) ReplaceConnection(output.table, (*same)->table);
  }
}

}  // namespace firn::pipeline
