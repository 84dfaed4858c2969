#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "query/value_text.h"

/// Values as fixtures/iceberg records them, and as Firn writes them as JSON, in one canonical form, so that both can be
/// compared as text.

namespace firn::query::truth {

/// `list<struct<at: timestamptz, code: int>>` taken apart.
struct Type {
  std::string name;
  std::vector<std::string> field_names;
  std::vector<Type> children;
};

namespace internal {

using Json = nlohmann::json;

class TypeParser {
 public:
  explicit TypeParser(std::string_view text) : text_(text) {}

  Type Parse() {
    Type type;
    size_t end = at_;
    while (end < text_.size() && text_[end] != '<' && text_[end] != '>' && text_[end] != ',') {
      if (text_[end] == '(') end = text_.find(')', end);
      ++end;
    }
    type.name = std::string(text_.substr(at_, end - at_));
    at_ = end;
    if (!Skip('<')) return type;
    do {
      while (Skip(' ')) {
      }
      if (type.name == "struct") {
        const size_t colon = text_.find(':', at_);
        type.field_names.emplace_back(text_.substr(at_, colon - at_));
        at_ = colon + 2;
      }
      type.children.push_back(Parse());
    } while (Skip(','));
    Skip('>');
    return type;
  }

 private:
  bool Skip(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

inline std::string DecodeBase64(const std::string& text) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) break;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>((bits >> count) & 0xff);
  }
  return bytes;
}

inline std::string Hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

inline Json SortedPairs(Json pairs) {
  std::sort(pairs.begin(), pairs.end(), [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
  return pairs;
}

inline std::string TimeText(const std::string& name, int64_t ticks) {
  std::string text;
  if (name == "date") AppendDate(ticks, text);
  if (name == "time") AppendTimeOfDay(ticks, text);
  if (name == "timestamp") AppendTimestamp(ticks, 6, false, text);
  if (name == "timestamptz") AppendTimestamp(ticks, 6, true, text);
  if (name == "timestamp_ns") AppendTimestamp(ticks, 9, false, text);
  if (name == "timestamptz_ns") AppendTimestamp(ticks, 9, true, text);
  return text;
}

inline std::string RealText(const std::string& name, double value) {
  std::string text;
  if (name == "float") {
    AppendFloat(static_cast<float>(value), text);
  } else {
    AppendDouble(value, text);
  }
  return text;
}

/// Builds a document in which numbers with a fraction or an exponent are strings of their digits.
class DigitKeeper : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  explicit DigitKeeper(Json& document) : json_sax_dom_parser(document, false) {}
  bool number_float(double, const std::string& digits) {
    std::string text = "#" + digits;
    return string(text);
  }
};

}  // namespace internal

inline Type ParseType(std::string_view text) {
  return internal::TypeParser(text).Parse();
}

/// A recorded value.
inline nlohmann::json Expected(const Type& type, const nlohmann::json& value) {
  using namespace internal;
  if (value.is_null()) return value;
  if (type.name == "struct") {
    Json object = Json::object();
    for (size_t i = 0; i < type.children.size(); ++i)
      object[type.field_names[i]] = Expected(type.children[i], value[type.field_names[i]]);
    return object;
  }
  if (type.name == "list") {
    Json list = Json::array();
    for (const Json& element : value) list.push_back(Expected(type.children[0], element));
    return list;
  }
  if (type.name == "map") {
    Json pairs = Json::array();
    for (const Json& pair : value)
      pairs.push_back({Expected(type.children[0], pair[0]), Expected(type.children[1], pair[1])});
    return SortedPairs(pairs);
  }
  if ((type.name == "float" || type.name == "double") && value.is_number())
    return "#" + RealText(type.name, value.get<double>());
  if (type.name.starts_with("decimal")) return "#" + value.get<std::string>();
  if (type.name == "binary" || type.name.starts_with("fixed")) return Hex(DecodeBase64(value.get<std::string>()));
  if (const std::string text = value.is_number() ? TimeText(type.name, value.get<int64_t>()) : ""; !text.empty())
    return text;
  return value;
}

/// Brings maps into the recorded form and decimals without a fraction under the same mark as others.
inline nlohmann::json Canonical(const Type& type, nlohmann::json value) {
  using namespace internal;
  if (value.is_null()) return value;
  if (type.name == "struct") {
    for (size_t i = 0; i < type.children.size(); ++i)
      value[type.field_names[i]] = Canonical(type.children[i], value[type.field_names[i]]);
  } else if (type.name == "list") {
    for (Json& element : value) element = Canonical(type.children[0], element);
  } else if (type.name == "map") {
    Json pairs = Json::array();
    if (value.is_object()) {
      for (const auto& [key, mapped] : value.items()) pairs.push_back({key, Canonical(type.children[1], mapped)});
    } else {
      for (const Json& pair : value)
        pairs.push_back({Canonical(type.children[0], pair[0]), Canonical(type.children[1], pair[1])});
    }
    return SortedPairs(pairs);
  } else if (type.name.starts_with("decimal") && value.is_number()) {
    return "#" + value.dump();
  }
  return value;
}

/// JSON text by RowChunk::AppendJson. Numbers with a fraction keep their digits: they become strings `#1.50`.
inline nlohmann::json Actual(const Type& type, const std::string& json) {
  using namespace internal;
  Json value;
  DigitKeeper keeper(value);
  if (!Json::sax_parse(json, &keeper)) return "no JSON: " + json;
  return Canonical(type, std::move(value));
}

}  // namespace firn::query::truth
