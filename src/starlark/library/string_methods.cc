#include <string>

#include "starlark/library/builtins.h"
#include "starlark/library/coercion.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"
#include "starlark/text/letter_case.h"
#include "starlark/text/search.h"

/// Methods of strings, but for those that split and join (string_split_methods.cc) and format (string_format.cc).

namespace firn::starlark::library {
namespace {

std::string_view Self(const Arguments& arguments) {
  return arguments.self.AsString();
}

/// A part of the receiver as a string; the whole of it is the receiver itself.
Value PartOfSelf(Thread& thread, const Arguments& arguments, std::string_view part) {
  if (part.size() == Self(arguments).size()) return arguments.self;
  return thread.Checked(MakeString(thread.heap(), part));
}

/// Work on bytes is cheaper than a step by about this factor.
bool ChargeBytes(Thread& thread, size_t bytes) {
  return thread.ChargeSteps(bytes / 64);
}

template <void (*kAppend)(std::string_view, std::string&)>
Value Mapped(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {}) || !ChargeBytes(thread, Self(arguments).size())) return {};
  std::string mapped;
  mapped.reserve(Self(arguments).size());
  kAppend(Self(arguments), mapped);
  return thread.Checked(MakeString(thread.heap(), mapped));
}

template <bool (*kHolds)(std::string_view)>
Value Question(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {}) || !ChargeBytes(thread, Self(arguments).size())) return {};
  return Value::Bool(kHolds(Self(arguments)));
}

template <Elements::Form kForm>
Value ElementsOf(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {})) return {};
  return thread.Checked(MakeElements(thread.heap(), kForm, arguments.self));
}

/// What to look for, and in which part of the receiver: (sub, start, end).
struct SearchArguments {
  std::string_view wanted;
  std::string_view part;
  int64_t begin = 0;
};

bool UnpackSearch(Thread& thread, const Arguments& arguments, SearchArguments* search) {
  Value begin, end;
  if (!UnpackPositional(thread, arguments, 1, {{"sub", &search->wanted}, {"start", &begin}, {"end", &end}}))
    return false;
  const std::string_view self = Self(arguments);
  const std::optional<Bounds> bounds = ToBounds(thread, arguments.function, begin, end, self.size());
  if (!bounds) return false;
  search->begin = bounds->begin;
  if (bounds->size() > 0) search->part = self.substr(static_cast<size_t>(bounds->begin), bounds->size());
  return ChargeBytes(thread, search->part.size());
}

Value Count(Thread& thread, const Arguments& arguments) {
  SearchArguments search;
  if (!UnpackSearch(thread, arguments, &search)) return {};
  return Value::Int(static_cast<int64_t>(text::Count(search.part, search.wanted)));
}

template <size_t (*kFind)(std::string_view, std::string_view)>
Value FindOf(Thread& thread, const Arguments& arguments) {
  SearchArguments search;
  if (!UnpackSearch(thread, arguments, &search)) return {};
  const size_t found = kFind(search.part, search.wanted);
  return Value::Int(found == text::kNotFound ? -1 : search.begin + static_cast<int64_t>(found));
}

template <size_t (*kFind)(std::string_view, std::string_view)>
Value IndexOf(Thread& thread, const Arguments& arguments) {
  const Value found = FindOf<kFind>(thread, arguments);
  if (found.is_null() || found.AsInt64() >= 0) return found;
  return thread.Fail("{}: substring not found", arguments.function);
}

bool StartsWith(std::string_view text, std::string_view affix) {
  return text.starts_with(affix);
}
bool EndsWith(std::string_view text, std::string_view affix) {
  return text.ends_with(affix);
}

/// Whether the receiver has one of the affixes of a tuple.
template <bool (*kHas)(std::string_view, std::string_view)>
Value HasOneOf(Thread& thread, const Arguments& arguments, std::string_view part, const Tuple& affixes) {
  for (size_t i = 0; i < affixes.size; ++i) {
    const Value& affix = affixes.items()[i];
    if (!affix.is_string()) {
      return thread.Fail("{}: want string, got {}, for element {}", arguments.function, TypeName(affix), i);
    }
    if (kHas(part, affix.AsString())) return Value::Bool(true);
  }
  return Value::Bool(false);
}

template <bool (*kHas)(std::string_view, std::string_view)>
Value HasAffix(Thread& thread, const Arguments& arguments) {
  std::string_view part = Self(arguments);
  if (arguments.size() == 1 && !arguments.has_keywords() && arguments[0].is_string()) {
    return Value::Bool(kHas(part, arguments[0].AsString()));
  }
  Value affix, begin, end;
  if (!UnpackPositional(thread, arguments, 1, {{"affix", &affix}, {"start", &begin}, {"end", &end}})) return {};
  const std::optional<Bounds> bounds = ToBounds(thread, arguments.function, begin, end, part.size());
  if (!bounds) return {};
  part = part.substr(static_cast<size_t>(bounds->begin), bounds->size());
  if (affix.is_string()) return Value::Bool(kHas(part, affix.AsString()));
  if (affix.is(Kind::kTuple)) return HasOneOf<kHas>(thread, arguments, part, *affix.As<Tuple>());
  return thread.Fail("{}: got {}, want string or tuple of string", arguments.function, TypeName(affix));
}

Value RemovePrefix(Thread& thread, const Arguments& arguments) {
  std::string_view prefix;
  if (!UnpackPositional(thread, arguments, 1, {{"prefix", &prefix}})) return {};
  const std::string_view self = Self(arguments);
  return PartOfSelf(thread, arguments, self.starts_with(prefix) ? self.substr(prefix.size()) : self);
}

Value RemoveSuffix(Thread& thread, const Arguments& arguments) {
  std::string_view suffix;
  if (!UnpackPositional(thread, arguments, 1, {{"suffix", &suffix}})) return {};
  const std::string_view self = Self(arguments);
  return PartOfSelf(thread, arguments, self.ends_with(suffix) ? self.substr(0, self.size() - suffix.size()) : self);
}

Value Replace(Thread& thread, const Arguments& arguments) {
  std::string_view wanted, replacement;
  int64_t limit = -1;
  if (!UnpackPositional(thread, arguments, 2, {{"old", &wanted}, {"new", &replacement}, {"count", &limit}})) return {};
  const std::string_view self = Self(arguments);
  const uint64_t size = text::ReplacedSize(self, wanted, replacement, limit);
  if (!ChargeBytes(thread, self.size() + size)) return {};
  if (size > thread.heap().limit_bytes()) return thread.FailMemory();
  std::string replaced;
  replaced.reserve(size);
  text::AppendReplaced(self, wanted, replacement, limit, replaced);
  return thread.Checked(MakeString(thread.heap(), replaced));
}

enum class Side { kLeft, kRight, kBoth };

template <Side kSide>
Value Strip(Thread& thread, const Arguments& arguments) {
  std::string_view set;
  if (!UnpackPositional(thread, arguments, 0, {{"chars", &set}}) || !ChargeBytes(thread, Self(arguments).size()))
    return {};
  std::string_view rest = Self(arguments);
  if (kSide != Side::kRight) rest = set.empty() ? text::StripSpaceLeft(rest) : text::StripLeft(rest, set);
  if (kSide != Side::kLeft) rest = set.empty() ? text::StripSpaceRight(rest) : text::StripRight(rest, set);
  return PartOfSelf(thread, arguments, rest);
}

constexpr NativeDefinition kMethods[] = {
    {"capitalize", Mapped<text::AppendCapitalized>},
    {"codepoint_ords", ElementsOf<Elements::Form::kCodepointOrds>},
    {"codepoints", ElementsOf<Elements::Form::kCodepoints>},
    {"count", Count},
    {"elem_ords", ElementsOf<Elements::Form::kElemOrds>},
    {"elems", ElementsOf<Elements::Form::kElems>},
    {"endswith", HasAffix<EndsWith>},
    {"find", FindOf<text::Find>},
    {"format", StringFormat},
    {"index", IndexOf<text::Find>},
    {"isalnum", Question<text::IsAlphanumericText>},
    {"isalpha", Question<text::IsAlphabeticText>},
    {"isdigit", Question<text::IsDigitText>},
    {"islower", Question<text::IsLowerText>},
    {"isspace", Question<text::IsSpaceText>},
    {"istitle", Question<text::IsTitleText>},
    {"isupper", Question<text::IsUpperText>},
    {"join", StringJoin},
    {"lower", Mapped<text::AppendLower>},
    {"lstrip", Strip<Side::kLeft>},
    {"partition", StringPartition},
    {"removeprefix", RemovePrefix},
    {"removesuffix", RemoveSuffix},
    {"replace", Replace},
    {"rfind", FindOf<text::FindLast>},
    {"rindex", IndexOf<text::FindLast>},
    {"rpartition", StringRpartition},
    {"rsplit", StringRsplit},
    {"rstrip", Strip<Side::kRight>},
    {"split", StringSplit},
    {"splitlines", StringSplitlines},
    {"startswith", HasAffix<StartsWith>},
    {"strip", Strip<Side::kBoth>},
    {"title", Mapped<text::AppendTitle>},
    {"upper", Mapped<text::AppendUpper>},
};

}  // namespace

const NativeTable kStringMethods = kMethods;

}  // namespace firn::starlark::library
