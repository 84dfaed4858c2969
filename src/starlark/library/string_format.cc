#include <optional>
#include <string>

#include "starlark/library/builtins.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/text/quote.h"

/// string.format: `{}`, `{0}`, `{name}`, with `!s` or `!r`; `{{` and `}}` stand for braces.

namespace firn::starlark::library {
namespace {

/// The text between braces: name!conversion:spec.
struct Field {
  std::string_view name;
  std::string_view conversion = "s";
  std::string_view spec;
};

Field ParseField(std::string_view text) {
  Field field;
  const size_t mark = text.find('!');
  if (mark == std::string_view::npos) {
    const size_t colon = text.find(':');
    field.name = text.substr(0, colon);
    if (colon != std::string_view::npos) field.spec = text.substr(colon + 1);
    return field;
  }
  field.name = text.substr(0, mark);
  const std::string_view rest = text.substr(mark + 1);
  const size_t colon = rest.find(':');
  field.conversion = rest.substr(0, colon);
  if (colon != std::string_view::npos) field.spec = rest.substr(colon + 1);
  return field;
}

/// The number that `text` is, if it is nothing but digits and no larger than positions can be.
std::optional<size_t> ParseNumber(std::string_view text) {
  size_t number = 0;
  for (char c : text) {
    if (c < '0' || c > '9' || number > (size_t{1} << 58)) return std::nullopt;
    number = number * 10 + static_cast<size_t>(c - '0');
  }
  return number;
}

class Formatter {
 public:
  Formatter(Thread& thread, const Arguments& arguments)
      : thread_(thread), arguments_(arguments), format_(arguments.self.AsString()) {}

  bool Run(std::string& out) {
    while (!format_.empty()) {
      const size_t open = format_.find('{');
      if (!AppendLiteral(format_.substr(0, open), out)) return false;
      if (open == std::string_view::npos) break;
      format_.remove_prefix(open + 1);
      if (format_.starts_with('{')) {
        out.push_back('{');
        format_.remove_prefix(1);
        continue;
      }
      const size_t close = format_.find('}');
      if (close == std::string_view::npos) return Failed("format: unmatched '{' in format");
      const Field field = ParseField(format_.substr(0, close));
      format_.remove_prefix(close + 1);
      if (!AppendField(field, out) || !thread_.ChargeSteps(1)) return false;
    }
    return true;
  }

 private:
  bool Failed(std::string_view message) {
    thread_.Fail("{}", message);
    return false;
  }

  bool AppendLiteral(std::string_view literal, std::string& out) {
    for (;;) {
      const size_t close = literal.find('}');
      if (close == std::string_view::npos) break;
      if (!literal.substr(close + 1).starts_with('}')) return Failed("format: single '}' in format");
      out.append(literal, 0, close + 1);
      literal.remove_prefix(close + 2);
    }
    out.append(literal);
    return true;
  }

  bool AppendField(const Field& field, std::string& out) {
    const Value* argument = Find(field.name);
    if (argument == nullptr) return false;
    if (!field.spec.empty()) {
      thread_.Fail("format spec features not supported in replacement fields: {}", field.spec);
      return false;
    }
    if (field.conversion == "s") return AppendStr(thread_, *argument, out);
    if (field.conversion == "r") return AppendRepr(thread_, *argument, out);
    std::string quoted;
    text::AppendQuoted(field.conversion, quoted);
    thread_.Fail("format: unknown conversion {}", quoted);
    return false;
  }

  const Value* Find(std::string_view name) {
    const std::optional<size_t> number = ParseNumber(name);
    if (!number) return FindNamed(name);
    const Numbering wanted = name.empty() ? Numbering::kAutomatic : Numbering::kManual;
    if (numbering_ != Numbering::kNone && numbering_ != wanted) {
      Failed(name.empty() ? "format: cannot switch from manual field specification to automatic field numbering"
                          : "format: cannot switch from automatic field numbering to manual field specification");
      return nullptr;
    }
    numbering_ = wanted;
    const size_t index = name.empty() ? next_++ : *number;
    if (index < arguments_.size()) return &arguments_[index];
    Failed("format: tuple index out of range");
    return nullptr;
  }

  const Value* FindNamed(std::string_view name) {
    for (size_t i = 0; i < arguments_.keywords.size(); ++i) {
      if (arguments_.keywords[i].AsString() == name) return &arguments_.keyword_values[i];
    }
    if (name.find('.') != std::string_view::npos) {
      thread_.Fail("format: attribute syntax x.y is not supported in replacement fields: {}", name);
    } else if (name.find('[') != std::string_view::npos) {
      thread_.Fail("format: element syntax a[i] is not supported in replacement fields: {}", name);
    } else if (name.find('{') != std::string_view::npos) {
      thread_.Fail("format: nested replacement fields not supported");
    } else {
      thread_.Fail("format: keyword {} not found", name);
    }
    return nullptr;
  }

  enum class Numbering { kNone, kAutomatic, kManual };

  Thread& thread_;
  const Arguments& arguments_;
  std::string_view format_;
  Numbering numbering_ = Numbering::kNone;
  size_t next_ = 0;
};

}  // namespace

Value StringFormat(Thread& thread, const Arguments& arguments) {
  std::string out;
  if (!Formatter(thread, arguments).Run(out)) return {};
  return thread.Checked(MakeString(thread.heap(), out));
}

}  // namespace firn::starlark::library
