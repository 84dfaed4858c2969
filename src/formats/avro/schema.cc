#include "formats/avro/schema.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace firn::avro {
namespace {

using Json = nlohmann::json;

constexpr int kMaximumDepth = 64;
constexpr int64_t kMaximumNodes = 100'000;
constexpr int64_t kMaximumFixedSize = int64_t{1} << 20;

const std::map<std::string_view, Kind>& PrimitiveKinds() {
  static const std::map<std::string_view, Kind> kinds = {
      {"null", Kind::kNull},   {"boolean", Kind::kBoolean}, {"int", Kind::kInt},     {"long", Kind::kLong},
      {"float", Kind::kFloat}, {"double", Kind::kDouble},   {"bytes", Kind::kBytes}, {"string", Kind::kString},
  };
  return kinds;
}

/// Walks the schema's JSON once; named types that are complete may be used again, one inside itself may not.
class SchemaParser {
 public:
  Result<NodePtr> Parse(const Json& json, int depth) {
    if (depth > kMaximumDepth) return Corrupt("Avro schema is nested deeper than {} levels", kMaximumDepth);
    if (++nodes_ > kMaximumNodes) return TooLarge();
    if (json.is_string()) return ParseName(json.get_ref<const std::string&>());
    if (json.is_array()) return ParseUnion(json, depth);
    if (json.is_object()) return ParseObject(json, depth);
    return Corrupt("Avro schema holds a value that is no type");
  }

 private:
  static Error TooLarge() { return Corrupt("Avro schema has more than {} parts", kMaximumNodes); }

  /// Counts `child` into `node`; false when the value becomes too large.
  static bool Weigh(Node& node, const Node& child) {
    node.weight += child.weight;
    return node.weight <= kMaximumNodes;
  }

  Result<NodePtr> ParseName(const std::string& name) {
    if (const auto primitive = PrimitiveKinds().find(name); primitive != PrimitiveKinds().end()) {
      auto node = std::make_shared<Node>();
      node->kind = primitive->second;
      return NodePtr(node);
    }
    if (const auto named = named_.find(name); named != named_.end()) {
      if (named->second == nullptr) return Unsupported("recursive Avro type: {}", name);
      return named->second;
    }
    return Corrupt("unknown Avro type: {}", name);
  }

  Result<NodePtr> ParseUnion(const Json& json, int depth) {
    auto node = std::make_shared<Node>();
    node->kind = Kind::kUnion;
    for (const Json& branch : json) {
      FIRN_ASSIGN(NodePtr child, Parse(branch, depth + 1));
      if (!Weigh(*node, *child)) return TooLarge();
      node->children.push_back(std::move(child));
    }
    if (node->children.empty()) return Corrupt("Avro union without branches");
    return NodePtr(node);
  }

  Result<NodePtr> ParseObject(const Json& json, int depth) {
    const auto type = json.find("type");
    if (type == json.end()) return Corrupt("Avro type without `type`");
    if (!type->is_string()) return Parse(*type, depth + 1);
    const std::string& name = type->get_ref<const std::string&>();
    auto node = std::make_shared<Node>();
    node->logical_type = Text(json, "logicalType");
    node->precision = static_cast<int32_t>(Integer(json, "precision").value_or(0));
    node->scale = static_cast<int32_t>(Integer(json, "scale").value_or(0));
    if (name == "record" || name == "error") return ParseRecord(json, depth, std::move(node));
    if (name == "array") return ParseCollection(json, depth, Kind::kArray, "items", std::move(node));
    if (name == "map") return ParseCollection(json, depth, Kind::kMap, "values", std::move(node));
    if (name == "fixed") return ParseFixed(json, std::move(node));
    if (name == "enum") return ParseEnum(json, std::move(node));
    FIRN_ASSIGN(NodePtr plain, ParseName(name));
    if (node->logical_type.empty()) return plain;
    node->kind = plain->kind;
    return NodePtr(node);
  }

  Result<NodePtr> ParseRecord(const Json& json, int depth, std::shared_ptr<Node> node) {
    node->kind = Kind::kRecord;
    node->name = Text(json, "name");
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array()) return Corrupt("Avro record without fields: {}", node->name);
    named_[node->name] = nullptr;
    for (const Json& field : *fields) {
      if (!field.is_object() || !field.contains("type"))
        return Corrupt("Avro record with a damaged field: {}", node->name);
      FIRN_ASSIGN(NodePtr type, Parse(field["type"], depth + 1));
      if (!Weigh(*node, *type)) return TooLarge();
      node->fields.push_back({Text(field, "name"), std::move(type), Id(field, "field-id")});
    }
    named_[node->name] = node;
    return NodePtr(node);
  }

  Result<NodePtr> ParseCollection(const Json& json, int depth, Kind kind, const char* child,
                                  std::shared_ptr<Node> node) {
    node->kind = kind;
    node->element_id = Id(json, "element-id");
    const auto items = json.find(child);
    if (items == json.end()) return Corrupt("Avro {} without `{}`", kind == Kind::kArray ? "array" : "map", child);
    FIRN_ASSIGN(NodePtr type, Parse(*items, depth + 1));
    if (!Weigh(*node, *type)) return TooLarge();
    node->children.push_back(std::move(type));
    return NodePtr(node);
  }

  Result<NodePtr> ParseFixed(const Json& json, std::shared_ptr<Node> node) {
    node->kind = Kind::kFixed;
    node->name = Text(json, "name");
    node->fixed_size = Integer(json, "size").value_or(-1);
    if (node->fixed_size < 0 || node->fixed_size > kMaximumFixedSize)
      return Corrupt("Avro fixed of impossible size: {}", node->name);
    named_[node->name] = node;
    return NodePtr(node);
  }

  Result<NodePtr> ParseEnum(const Json& json, std::shared_ptr<Node> node) {
    node->kind = Kind::kEnum;
    node->name = Text(json, "name");
    const auto symbols = json.find("symbols");
    if (symbols == json.end() || !symbols->is_array()) return Corrupt("Avro enum without symbols: {}", node->name);
    for (const Json& symbol : *symbols) {
      if (!symbol.is_string()) return Corrupt("Avro enum with a symbol that is no text: {}", node->name);
      node->symbols.push_back(symbol.get<std::string>());
    }
    named_[node->name] = node;
    return NodePtr(node);
  }

  static std::string Text(const Json& json, const char* key) {
    const auto member = json.find(key);
    return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
  }

  static std::optional<int64_t> Integer(const Json& json, const char* key) {
    const auto member = json.find(key);
    if (member == json.end() || !member->is_number_integer()) return std::nullopt;
    return member->get<int64_t>();
  }

  static int32_t Id(const Json& json, const char* key) {
    const int64_t id = Integer(json, key).value_or(-1);
    return id < 0 || id > INT32_MAX ? -1 : static_cast<int32_t>(id);
  }

  std::map<std::string, NodePtr> named_;  ///< null while the type is being read
  int64_t nodes_ = 0;
};

}  // namespace

Result<NodePtr> ParseSchema(std::string_view json) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Corrupt("Avro schema is no JSON");
  return SchemaParser().Parse(document, 0);
}

}  // namespace firn::avro
