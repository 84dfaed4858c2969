#include <algorithm>
#include <cmath>
#include <vector>

#include "starlark/library/json.h"
#include "starlark/number/float_text.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/thread.h"
#include "starlark/syntax/code_points.h"
#include "starlark/text/quote.h"

namespace firn::starlark::library {
namespace {

bool IsPlainAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x20 && static_cast<unsigned char>(c) < 0x80; });
}

void AppendUnicodeEscape(char32_t code_point, std::string& out) {
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[code_point >> shift & 15]);
}

/// As Go's encoding/json: short escapes, and \u for other control characters, `<`, `>`, `&` and the line separators.
void AppendEscaped(std::string_view text, std::string& out) {
  constexpr std::string_view kShort = "\b\f\n\r\t\"\\";
  constexpr std::string_view kLetters = "bfnrt\"\\";
  while (!text.empty()) {
    const CodePoint next = DecodeCodePoint(text);
    const size_t letter = next.value < 0x80 ? kShort.find(static_cast<char>(next.value)) : std::string_view::npos;
    const bool is_invalid = next.size == 1 && next.value == kReplacement;
    if (letter != std::string_view::npos) {
      out.append(1, '\\').append(1, kLetters[letter]);
    } else if (next.value < ' ' || next.value == '<' || next.value == '>' || next.value == '&' ||
               next.value == 0x2028 || next.value == 0x2029 || is_invalid) {
      AppendUnicodeEscape(next.value, out);
    } else {
      out.append(text, 0, next.size);
    }
    text.remove_prefix(next.size);
  }
}

class Encoder {
 public:
  Encoder(Thread& thread, std::string& out) : thread_(thread), out_(out) {}

  bool Encode(const Value& value) {
    switch (value.kind()) {
      case Kind::kNone:
        out_.append("null");
        return true;
      case Kind::kBool:
        out_.append(value.AsBool() ? "true" : "false");
        return true;
      case Kind::kInt:
      case Kind::kBigInt:
        return EncodeInt(value);
      case Kind::kFloat:
        return EncodeFloat(value.AsFloat());
      case Kind::kShortString:
      case Kind::kString:
        AppendJsonString(value.AsString(), out_);
        return thread_.ChargeSteps(1 + value.AsString().size() / 64);
      default:
        return EncodeCompound(value);
    }
  }

 private:
  // Neither is inlined: the buffers of formatting would lie in the frames of the recursion.
  template <typename... Args>
  [[gnu::noinline]] bool FailedWithin(fmt::format_string<Args...> format, Args&&... args) {
    thread_.PrefixError(fmt::format(format, std::forward<Args>(args)...));
    return false;
  }
  template <typename... Args>
  [[gnu::noinline]] bool Failed(fmt::format_string<Args...> format, Args&&... args) {
    thread_.Fail(format, std::forward<Args>(args)...);
    return false;
  }

  [[gnu::noinline]] bool FailedAt(std::string_view type, const Value& key) {
    std::string quoted;
    text::AppendQuoted(key.AsString(), quoted);
    return FailedWithin("in {} key {}", type, quoted);
  }

  bool EncodeInt(const Value& value) {
    const IntOperand operand(value);
    if (!thread_.ChargeSteps(1 + number::RadixConversionCost(operand.view().magnitude.size()))) return false;
    number::AppendText(out_, operand);
    return true;
  }

  bool EncodeFloat(double number) {
    if (!std::isfinite(number)) return Failed("cannot encode non-finite float {}", number::FloatText(number));
    number::AppendFloat(out_, number);
    return thread_.ChargeSteps(1);
  }

  /// Values that may hold themselves stand on the path while they are written.
  bool EncodeCompound(const Value& value) {
    if (std::find(path_.begin(), path_.end(), value.AsObject()) != path_.end())
      return Failed("cycle in JSON structure");
    if (path_.size() >= kMaxJsonDepth) return Failed("nested deeper than {} levels", kMaxJsonDepth);
    if (!thread_.ChargeSteps(1 + path_.size() / 16)) return false;
    path_.push_back(value.AsObject());
    const bool encoded = EncodeByShape(value);
    path_.pop_back();
    return encoded;
  }

  bool EncodeByShape(const Value& value) {
    if (value.is(Kind::kDict)) return EncodeDict(*value.As<Dict>());
    if (value.is(Kind::kHost)) {
      const HostType& type = *value.As<HostObject>()->type;
      if (type.is_iterable() && type.has_items()) return EncodeHostMapping(value);
    }
    if (IsIterable(value)) return EncodeSequence(value);
    return EncodeAttributes(value);
  }

  bool EncodeSequence(const Value& value) {
    out_.push_back('[');
    Iterator items(thread_, value);
    Value item;
    for (size_t i = 0; items.Next(&item); ++i) {
      if (i > 0) out_.push_back(',');
      if (Encode(item)) continue;
      return FailedWithin("at {} index {}", TypeName(value), i);
    }
    out_.push_back(']');
    return !thread_.failed();
  }

  struct Item {
    Value key;
    Value value;
  };

  bool EncodeDict(const Dict& dict) {
    std::vector<Item> items;
    items.reserve(dict.table.size);
    for (const HashTable::Entry& entry : dict.table) items.push_back({entry.key, entry.value});
    return EncodeItems("dict", items);
  }

  bool EncodeHostMapping(const Value& mapping) {
    std::vector<Item> items;
    {
      Iterator keys(thread_, mapping);
      for (Value key; keys.Next(&key);) items.push_back({key, GetIndex(thread_, mapping, key)});
    }
    return !thread_.failed() && EncodeItems(TypeName(mapping), items);
  }

  bool EncodeItems(std::string_view type, std::vector<Item>& items) {
    for (const Item& item : items) {
      if (!item.key.is_string()) return Failed("{} has {} key, want string", type, TypeName(item.key));
    }
    std::sort(items.begin(), items.end(),
              [](const Item& a, const Item& b) { return a.key.AsString() < b.key.AsString(); });
    out_.push_back('{');
    bool first = true;
    for (const Item& item : items) {
      if (!first) out_.push_back(',');
      first = false;
      AppendJsonString(item.key.AsString(), out_);
      out_.push_back(':');
      if (Encode(item.value)) continue;
      return FailedAt(type, item.key);
    }
    out_.push_back('}');
    return true;
  }

  /// What has attributes is an object of them.
  bool EncodeAttributes(const Value& value) {
    const std::vector<std::string> names = AttrNames(thread_, value);
    const bool has_attributes = !names.empty() || value.is(Kind::kHost);
    if (!has_attributes) return Failed("cannot encode {} as JSON", TypeName(value));
    out_.push_back('{');
    bool first = true;
    for (const std::string& name : names) {
      const Value attribute = GetAttr(thread_, value, name);
      if (thread_.failed()) {
        return FailedWithin("cannot access attribute {}.{}", TypeName(value), name);
      }
      if (!first) out_.push_back(',');
      first = false;
      AppendJsonString(name, out_);
      out_.push_back(':');
      if (Encode(attribute)) continue;
      return FailedWithin("in field .{}", name);
    }
    out_.push_back('}');
    return true;
  }

  Thread& thread_;
  std::string& out_;
  std::vector<const Object*> path_;
};

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  if (IsPlainAscii(text)) return text::AppendQuoted(text, out);
  out.push_back('"');
  AppendEscaped(text, out);
  out.push_back('"');
}

bool EncodeJson(Thread& thread, const Value& value, std::string& out) {
  return Encoder(thread, out).Encode(value);
}

}  // namespace firn::starlark::library
