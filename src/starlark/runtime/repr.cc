#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "starlark/number/float_text.h"
#include "starlark/runtime/callable.h"
#include "starlark/runtime/function.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/text/quote.h"

namespace firn::starlark {
namespace {

constexpr size_t kMaxReprDepth = 1000;

/// Writes one value; `path_` are the lists and dicts around, by which a cycle is seen.
class ReprWriter {
 public:
  ReprWriter(Thread& thread, std::string& out) : thread_(thread), out_(out) {}

  bool Write(const Value& value) {
    switch (value.kind()) {
      case Kind::kNone:
        return Put("None");
      case Kind::kBool:
        return Put(value.AsBool() ? "True" : "False");
      case Kind::kInt:
        number::AppendText(out_, number::SmallInt(value.AsInt64()));
        return true;
      case Kind::kBigInt: {
        const auto view = value.As<BigIntObject>()->view();
        if (!thread_.ChargeSteps(view.magnitude.size())) return false;
        number::AppendText(out_, view);
        return true;
      }
      case Kind::kFloat:
        number::AppendFloat(out_, value.AsFloat());
        return true;
      case Kind::kShortString:
      case Kind::kString:
        text::AppendQuoted(value.AsString(), out_);
        return HasRoom();
      case Kind::kBytes:
        text::AppendQuotedBytes(value.As<Bytes>()->view(), out_);
        return HasRoom();
      case Kind::kRange:
        return WriteRange(*value.As<Range>());
      case Kind::kElements:
        return WriteElements(*value.As<Elements>());
      case Kind::kFunction:
        fmt::format_to(std::back_inserter(out_), "<function {}>", value.As<Function>()->name());
        return true;
      case Kind::kBuiltin:
        return WriteBuiltin(*value.As<Builtin>());
      case Kind::kHost: {
        const auto& host = *value.As<HostObject>();
        host.type->Repr(thread_, host, out_);
        return !thread_.failed() && HasRoom();
      }
      default:
        return WriteContainer(value);
    }
  }

 private:
  bool Put(std::string_view text) {
    out_ += text;
    return true;
  }

  /// A small program can describe text without end; it must fit into the heap like every string.
  bool HasRoom() {
    const Heap& heap = thread_.heap();
    if (heap.used_bytes() + out_.size() <= heap.limit_bytes()) return true;
    thread_.FailMemory();
    return false;
  }

  bool WriteRange(const Range& range) {
    auto to = std::back_inserter(out_);
    if (range.step != 1)
      fmt::format_to(to, "range({}, {}, {})", range.start, range.stop, range.step);
    else if (range.start != 0)
      fmt::format_to(to, "range({}, {})", range.start, range.stop);
    else
      fmt::format_to(to, "range({})", range.stop);
    return true;
  }

  bool WriteElements(const Elements& elements) {
    static constexpr std::string_view kMethods[] = {".elems()", ".elem_ords()", ".codepoints()", ".codepoint_ords()",
                                                    ".elems()"};
    return Write(elements.text) && Put(kMethods[static_cast<size_t>(elements.form)]);
  }

  bool WriteBuiltin(const Builtin& builtin) {
    auto to = std::back_inserter(out_);
    if (builtin.self.is_null())
      fmt::format_to(to, "<built-in function {}>", builtin.definition->name);
    else
      fmt::format_to(to, "<built-in method {} of {} value>", builtin.definition->name, TypeName(builtin.self));
    return true;
  }

  bool WriteContainer(const Value& value) {
    if (path_.size() > kMaxReprDepth) {
      thread_.Fail("value is nested too deeply to be written");
      return false;
    }
    if (!thread_.ChargeSteps(1)) return false;
    if (!value.is(Kind::kTuple) && std::find(path_.begin(), path_.end(), value.AsObject()) != path_.end())
      return Put(value.is(Kind::kList) ? "[...]" : "{...}");
    path_.push_back(value.AsObject());
    const bool done = WriteItems(value);
    path_.pop_back();
    return done && HasRoom();
  }

  bool WriteItems(const Value& value) {
    switch (value.kind()) {
      case Kind::kList:
        return Put("[") && WriteSequence(value.As<List>()->items()) && Put("]");
      case Kind::kTuple: {
        const auto items = value.As<Tuple>()->items();
        return Put("(") && WriteSequence(items) && Put(items.size() == 1 ? ",)" : ")");
      }
      case Kind::kDict:
        return Put("{") && WriteEntries(value.As<Dict>()->table) && Put("}");
      case Kind::kSet:
        return Put("set([") && WriteEntries(value.As<Set>()->table) && Put("])");
      default:
        return Put("<internal>");
    }
  }

  bool WriteSequence(std::span<const Value> items) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (i != 0) Put(", ");
      if (!Write(items[i])) return false;
    }
    return true;
  }

  bool WriteEntries(const HashTable& table) {
    bool is_first = true;
    for (const HashTable::Entry& entry : table) {
      if (!is_first) Put(", ");
      is_first = false;
      if (!Write(entry.key)) return false;
      if (!entry.value.is_null() && !(Put(": ") && Write(entry.value))) return false;
    }
    return true;
  }

  Thread& thread_;
  std::string& out_;
  std::vector<const Object*> path_;
};

}  // namespace

bool AppendRepr(Thread& thread, const Value& value, std::string& out) {
  return ReprWriter(thread, out).Write(value);
}

bool AppendStr(Thread& thread, const Value& value, std::string& out) {
  if (!value.is_string()) return AppendRepr(thread, value, out);
  out += value.AsString();
  return true;
}

}  // namespace firn::starlark
