#include "starlark/runtime/string.h"

#include "starlark/syntax/code_points.h"

namespace firn::starlark {

String* NewLongString(Heap& heap, size_t size) {
  void* memory = heap.Allocate(sizeof(String) + size);
  if (memory == nullptr) return nullptr;
  auto* string = new (memory) String{{Kind::kString, true}};
  string->size = size;
  return string;
}

Value MakeString(Heap& heap, std::string_view text) {
  if (text.size() <= Value::kShortStringBytes) return Value::ShortString(text);
  String* string = NewLongString(heap, text.size());
  if (string == nullptr) return {};
  std::memcpy(string->data(), text.data(), text.size());
  return Value::Of(string);
}

Value Concatenate(Heap& heap, std::string_view first, std::string_view second) {
  const size_t size = first.size() + second.size();
  if (size <= Value::kShortStringBytes) {
    char bytes[Value::kShortStringBytes];
    first.copy(bytes, first.size());
    second.copy(bytes + first.size(), second.size());
    return Value::ShortString({bytes, size});
  }
  String* string = NewLongString(heap, size);
  if (string == nullptr) return {};
  first.copy(string->data(), first.size());
  second.copy(string->data() + first.size(), second.size());
  return Value::Of(string);
}

Value MakeBytes(Heap& heap, std::string_view bytes) {
  void* memory = heap.Allocate(sizeof(Bytes) + bytes.size());
  if (memory == nullptr) return {};
  auto* object = new (memory) Bytes{{Kind::kBytes, true}};
  object->size = bytes.size();
  bytes.copy(object->data(), bytes.size());
  return Value::Of(object);
}

Value MakeElements(Heap& heap, Elements::Form form, const Value& text) {
  auto* elements = heap.New<Elements>();
  elements->form = form;
  elements->text = text;
  return Value::Of(elements);
}

namespace {

std::string_view TextOf(const Elements& elements) {
  return elements.form == Elements::Form::kBytesElems ? elements.text.As<Bytes>()->view() : elements.text.AsString();
}

}  // namespace

Value NextElement(const Elements& elements, size_t* offset) {
  const std::string_view text = TextOf(elements);
  if (*offset >= text.size()) return {};
  switch (elements.form) {
    case Elements::Form::kElems:
      return Value::ShortString(text.substr((*offset)++, 1));
    case Elements::Form::kElemOrds:
    case Elements::Form::kBytesElems:
      return Value::Int(static_cast<uint8_t>(text[(*offset)++]));
    case Elements::Form::kCodepoints:
    case Elements::Form::kCodepointOrds:
      break;
  }
  const CodePoint point = DecodeCodePoint(text.substr(*offset));
  const std::string_view bytes = text.substr(*offset, point.size);
  *offset += point.size;
  if (elements.form == Elements::Form::kCodepointOrds) return Value::Int(static_cast<int64_t>(point.value));
  if (point.size == 1 && point.value >= 0x80) return Value::ShortString("\xef\xbf\xbd");
  return Value::ShortString(bytes);
}

int64_t ElementsLength(const Elements& elements) {
  const bool has_length = elements.form == Elements::Form::kElems || elements.form == Elements::Form::kElemOrds;
  return has_length ? static_cast<int64_t>(TextOf(elements).size()) : -1;
}

}  // namespace firn::starlark
