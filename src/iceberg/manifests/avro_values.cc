#include "iceberg/manifests/avro_values.h"

#include "iceberg/spec/single_value.h"

namespace firn::iceberg {

using avro::Decoder;
using avro::Kind;
using avro::Node;

namespace {

int64_t ReadInteger(Decoder& decoder, const Node& node) {
  if (node.kind != Kind::kInt && node.kind != Kind::kLong) decoder.Fail();
  return decoder.ReadLong();
}

std::string ReadBytesOf(Decoder& decoder, const Node& node) {
  if (node.kind == Kind::kFixed) return std::string(decoder.ReadFixed(node.fixed_size));
  if (node.kind != Kind::kString && node.kind != Kind::kBytes) decoder.Fail();
  return std::string(decoder.ReadBytes());
}

int32_t Narrow(Decoder& decoder, int64_t value) {
  if (value < INT32_MIN || value > INT32_MAX) decoder.Fail();
  return static_cast<int32_t>(value);
}

template <typename Value, typename ReadValue>
void ReadMap(Decoder& decoder, const Node& node, std::map<int32_t, Value>* map, ReadValue read_value) {
  const Node* array = EnterUnion(decoder, node);
  if (array == nullptr) return;
  if (array->kind != Kind::kArray || array->children[0]->kind != Kind::kRecord ||
      array->children[0]->fields.size() != 2) {
    decoder.Fail();
    return;
  }
  const Node& key = *array->children[0]->fields[0].type;
  const Node& value = *array->children[0]->fields[1].type;
  decoder.ReadBlocks([&] {
    const int32_t id = Narrow(decoder, ReadInteger(decoder, key));
    (*map)[id] = read_value(decoder, value);
  });
}

}  // namespace

const Node* EnterUnion(Decoder& decoder, const Node& node) {
  if (node.kind == Kind::kNull) return nullptr;
  if (node.kind != Kind::kUnion) return &node;
  const Node& branch = *node.children[decoder.ReadBranch(node.children.size())];
  return !decoder.ok() || branch.kind == Kind::kNull ? nullptr : &branch;
}

std::optional<int64_t> ReadOptionalLong(Decoder& decoder, const Node& node) {
  const Node* type = EnterUnion(decoder, node);
  if (type == nullptr) return std::nullopt;
  return ReadInteger(decoder, *type);
}

std::optional<int32_t> ReadOptionalInt(Decoder& decoder, const Node& node) {
  const std::optional<int64_t> value = ReadOptionalLong(decoder, node);
  if (!value) return std::nullopt;
  return Narrow(decoder, *value);
}

std::optional<bool> ReadOptionalBoolean(Decoder& decoder, const Node& node) {
  const Node* type = EnterUnion(decoder, node);
  if (type == nullptr) return std::nullopt;
  if (type->kind != Kind::kBoolean) decoder.Fail();
  return decoder.ReadBoolean();
}

std::optional<std::string> ReadOptionalText(Decoder& decoder, const Node& node) {
  const Node* type = EnterUnion(decoder, node);
  if (type == nullptr) return std::nullopt;
  return ReadBytesOf(decoder, *type);
}

std::string ReadText(Decoder& decoder, const Node& node) {
  std::optional<std::string> text = ReadOptionalText(decoder, node);
  if (!text) decoder.Fail();
  return text ? std::move(*text) : std::string();
}

int64_t ReadCount(Decoder& decoder, const Node& node) {
  const int64_t value = ReadOptionalLong(decoder, node).value_or(-1);
  if (value < 0) decoder.Fail();
  return value;
}

int32_t ReadBounded(Decoder& decoder, const Node& node, int32_t highest) {
  const int64_t value = ReadOptionalLong(decoder, node).value_or(-1);
  if (value >= 0 && value <= highest) return static_cast<int32_t>(value);
  decoder.Fail();
  return 0;
}

void ReadIntMap(Decoder& decoder, const Node& node, std::map<int32_t, int64_t>* map) {
  ReadMap(decoder, node, map, [](Decoder& from, const Node& type) { return ReadInteger(from, type); });
}

void ReadIntMap(Decoder& decoder, const Node& node, std::map<int32_t, std::string>* map) {
  ReadMap(decoder, node, map, [](Decoder& from, const Node& type) { return ReadBytesOf(from, type); });
}

void ReadLongList(Decoder& decoder, const Node& node, const std::function<void(int64_t)>& take) {
  const Node* array = EnterUnion(decoder, node);
  if (array == nullptr) return;
  if (array->kind != Kind::kArray) {
    decoder.Fail();
    return;
  }
  decoder.ReadBlocks([&] { take(ReadInteger(decoder, *array->children[0])); });
}

Literal DecimalLiteral(Decoder& decoder, std::string_view bytes) {
  const Result<Int128> value = DecimalFromBytes(bytes);
  if (value.ok()) return Literal(Decimal{*value});
  decoder.Fail();
  return {};
}

}  // namespace firn::iceberg
