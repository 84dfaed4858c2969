#include "lake/partitioning.h"

#include <charconv>
#include <optional>

namespace firn::lake {
namespace {

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<int32_t> PositiveNumber(std::string_view text) {
  int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number <= 0) return std::nullopt;
  return number;
}

std::optional<iceberg::Transform> PlainTransform(std::string_view name) {
  using iceberg::Transform;
  if (name == "identity") return Transform::Identity();
  if (name == "year" || name == "years") return Transform::Year();
  if (name == "month" || name == "months") return Transform::Month();
  if (name == "day" || name == "days") return Transform::Day();
  if (name == "hour" || name == "hours") return Transform::Hour();
  return std::nullopt;
}

}  // namespace

Result<PartitionBy> ParsePartitionField(std::string_view text) {
  const std::string_view whole = Trim(text);
  const auto refuse = [text] {
    return InvalidConfig(
        "partition_by: expected a column, day(column), bucket(16, column) or truncate(4, column), not '{}'", text);
  };
  const size_t open = whole.find('(');
  if (open == std::string_view::npos) {
    if (whole.empty()) return refuse();
    return PartitionBy{std::string(whole), iceberg::Transform::Identity()};
  }
  if (whole.back() != ')') return refuse();
  const std::string_view name = Trim(whole.substr(0, open));
  const std::string_view inside = Trim(whole.substr(open + 1, whole.size() - open - 2));
  if (const auto transform = PlainTransform(name)) {
    if (inside.empty()) return refuse();
    return PartitionBy{std::string(inside), *transform};
  }
  const size_t comma = inside.find(',');
  if ((name != "bucket" && name != "truncate") || comma == std::string_view::npos) return refuse();
  const std::string_view first = Trim(inside.substr(0, comma));
  const std::string_view second = Trim(inside.substr(comma + 1));
  const auto leading = PositiveNumber(first);
  const auto width = leading ? leading : PositiveNumber(second);
  const std::string_view column = leading ? second : first;
  if (!width || column.empty()) return refuse();
  return PartitionBy{std::string(column),
                     name == "bucket" ? iceberg::Transform::Bucket(*width) : iceberg::Transform::Truncate(*width)};
}

}  // namespace firn::lake
