#include "lake/table_template.h"

#include <fmt/format.h>

namespace firn::lake {
namespace {

constexpr size_t kLongestName = 255;

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The content of "…" or `…`; empty optional-like view data() == nullptr when `text` is no such literal.
std::string_view Unquote(std::string_view text) {
  const bool quoted = text.size() > 2 && (text.front() == '"' || text.front() == '`') && text.back() == text.front();
  if (!quoted) return {};
  const std::string_view inside = text.substr(1, text.size() - 2);
  return inside.find_first_of("\"`\\") == std::string_view::npos ? inside : std::string_view();
}

}  // namespace

Result<TableTemplate::Part> TableTemplate::ParsePlaceholder(std::string_view inside, size_t offset) {
  const std::string_view expression = Trim(inside);
  if (expression == ".Name") return Part{Kind::kName, {}};
  if (expression == ".Database") return Part{Kind::kDatabase, {}};
  if (expression.starts_with(".Tag") && expression.size() > 4 && (expression[4] == ' ' || expression[4] == '\t')) {
    const std::string_view key = Unquote(Trim(expression.substr(4)));
    if (!key.empty()) return Part{Kind::kTag, std::string(key)};
  }
  return InvalidConfig(
      "table template, offset {}: expected {{{{.Name}}}}, {{{{.Database}}}} or {{{{.Tag \"key\"}}}}, not '{}'", offset,
      inside);
}

Result<TableTemplate> TableTemplate::Parse(std::string_view text) {
  TableTemplate result;
  size_t at = 0;
  while (at < text.size()) {
    const size_t open = text.find("{{", at);
    if (open != at) {
      result.parts_.push_back(
          {Kind::kText, std::string(text.substr(at, open == std::string_view::npos ? open : open - at))});
    }
    if (open == std::string_view::npos) break;
    const size_t close = text.find("}}", open);
    if (close == std::string_view::npos)
      return InvalidConfig("table template, offset {}: '{{{{' is never closed", open);
    FIRN_ASSIGN(Part part, ParsePlaceholder(text.substr(open + 2, close - open - 2), open));
    result.depends_on_tags_ |= part.kind == Kind::kTag;
    result.parts_.push_back(std::move(part));
    at = close + 2;
  }
  if (result.parts_.empty()) return InvalidConfig("the table template is empty");
  return result;
}

std::string TableTemplate::Render(const point::Batch& batch, uint32_t series) const {
  std::string name;
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Kind::kText:
        name += part.text;
        break;
      case Kind::kName:
        name += batch.measurement;
        break;
      case Kind::kDatabase:
        name += batch.database;
        break;
      case Kind::kTag: {
        const int column = batch.series_view.FindColumn(part.text);
        if (column >= 0) name += batch.series_view.column(static_cast<uint32_t>(column)).ValueOf(series);
        break;
      }
    }
  }
  return name;
}

Status CheckTableName(std::string_view name) {
  if (name.empty()) return InvalidInput("the table's name is empty");
  if (name.size() > kLongestName) return InvalidInput("the table's name is longer than {} bytes", kLongestName);
  for (const char c : name) {
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) return InvalidInput("the table's name has a control character");
  }
  return OkStatus();
}

std::string EncodePathPart(std::string_view name) {
  std::string encoded;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool inner_dot = c == '.' && !encoded.empty();
    if (letter || inner_dot || c == '-' || c == '_') {
      encoded.push_back(c);
    } else {
      encoded += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return encoded;
}

}  // namespace firn::lake
