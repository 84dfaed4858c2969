#include "starlark_expression_writer.h"

#include <fmt/format.h>

namespace firn::testing {
namespace {

constexpr std::string_view kVariables[] = {"i", "x", "s", "b", "o", "u", "d", "p", "e", "r", "n"};
constexpr uint32_t kTypes = 11;

}  // namespace

StarlarkExpressionWriter::Type StarlarkExpressionWriter::AnyType() {
  return static_cast<Type>(choices_.Pick(kTypes));
}

std::string StarlarkExpressionWriter::Variable(Type type) {
  const std::string name(kVariables[static_cast<int>(type)]);
  return choices_.Once(3) ? name + "2" : name;
}

std::string_view StarlarkExpressionWriter::Operator() {
  return choices_.PickOf<std::string_view>({"+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>"});
}

std::string_view StarlarkExpressionWriter::Comparison() {
  return choices_.PickOf<std::string_view>({"==", "!=", "<", "<=", ">", ">=", "in", "not in"});
}

/// Mostly of this type; now and then of any.
std::string StarlarkExpressionWriter::Expression(Type type, int depth) {
  if (choices_.Once(25)) type = AnyType();
  if (depth == 0 || choices_.Once(4)) return choices_.Once(2) ? Literal(type) : Variable(type);
  --depth;
  switch (choices_.Pick(12)) {
    case 0:
      return fmt::format("({} if {} else {})", Expression(type, depth), Expression(AnyType(), depth),
                         Expression(type, depth));
    case 1:
      return fmt::format("({} {} {})", Expression(AnyType(), depth), choices_.PickOf<std::string_view>({"and", "or"}),
                         Expression(type, depth));
    case 2:
      return fmt::format("(lambda y, z=1: {})({})", Expression(type, depth), Arguments(depth));
    case 3:
      return fmt::format("identity({})", Expression(type, depth));
    default:
      return Operation(type, depth);
  }
}

std::string StarlarkExpressionWriter::Literal(Type type) {
  switch (type) {
    case Type::kInt:
      return std::string(
          choices_.PickOf<std::string_view>({"0", "1", "-1", "2", "7", "-3", "10", "255", "(1 << 31)", "(1 << 63)",
                                             "-9223372036854775808", "0x7fffffff", "123456789012345678901234567890"}));
    case Type::kFloat:
      return std::string(
          choices_.PickOf<std::string_view>({"0.0", "-0.0", "1.0", "2.5", "-7.25", "1e6", "1e22", "1e-7", "0.1",
                                             "float('nan')", "float('-inf')", "9007199254740993.0"}));
    case Type::kString:
      return std::string(
          choices_.PickOf<std::string_view>({"''", "'a'", "'abc'", "'é'", "'😿x'", "'A b\\tc\\n'", "'12'", "' x '",
                                             "'%s'", "'{}'", "'a-b-c'", "'ABC'", "'0x1f'"}));
    case Type::kBytes:
      return std::string(choices_.PickOf<std::string_view>({"b''", "b'a'", "b'abc'", "b'\\x00\\xff'"}));
    case Type::kBool:
      return std::string(choices_.PickOf<std::string_view>({"True", "False"}));
    case Type::kList:
      return std::string(choices_.PickOf<std::string_view>({"[]", "[1]", "[1, 2, 3]", "['b', 'a']", "[1, 'a', None]",
                                                            "[(2, 'b'), (1, 'a')]", "[[]]", "[1.0, 1, True]"}));
    case Type::kDict:
      return std::string(
          choices_.PickOf<std::string_view>({"{}", "{'a': 1}", "{'b': 2, 'a': 1}", "{1: 2, 'x': []}", "{(): 1}"}));
    case Type::kTuple:
      return std::string(choices_.PickOf<std::string_view>({"()", "(1,)", "(1, 2)", "('a', 'b', 'c')", "(1, [2])"}));
    case Type::kSet:
      return std::string(
          choices_.PickOf<std::string_view>({"set()", "set([1, 2])", "set(['b', 'a'])", "set([1.0, ()])"}));
    case Type::kRange:
      return std::string(
          choices_.PickOf<std::string_view>({"range(0)", "range(3)", "range(1, 9, 4)", "range(3, -3, -2)"}));
    case Type::kOther:
      break;
  }
  return std::string(
      choices_.PickOf<std::string_view>({"None", "len", "identity", "(lambda: 1)", "'a'.elems()", "print"}));
}

std::string StarlarkExpressionWriter::Iterable(int depth) {
  return Expression(
      choices_.PickOf<Type>({Type::kRange, Type::kList, Type::kTuple, Type::kDict, Type::kSet, Type::kList}), depth);
}

std::string StarlarkExpressionWriter::Arguments(int depth) {
  std::string text = Expression(AnyType(), depth);
  if (choices_.Once(3)) text += ", " + Expression(AnyType(), depth);
  if (choices_.Once(4)) text += ", z=" + Expression(AnyType(), depth);
  if (choices_.Once(6)) text += ", *" + Expression(Type::kTuple, 0);
  if (choices_.Once(6)) text += ", **" + Expression(Type::kDict, 0);
  return text;
}

/// Something that gives a value of this type, of parts that are one level less deep.
std::string StarlarkExpressionWriter::Operation(Type type, int depth) {
  switch (type) {
    case Type::kInt:
      return IntOperation(depth);
    case Type::kFloat:
      return FloatOperation(depth);
    case Type::kString:
      return StringOperation(depth);
    case Type::kBytes:
      return BytesOperation(depth);
    case Type::kBool:
      return BoolOperation(depth);
    case Type::kList:
      return ListOperation(depth);
    case Type::kDict:
      return DictOperation(depth);
    case Type::kTuple:
      return TupleOperation(depth);
    case Type::kSet:
      return SetOperation(depth);
    case Type::kRange:
      return choices_.Once(2) ? fmt::format("range({}, {})", choices_.Pick(5), choices_.Pick(9))
                              : fmt::format("{}{}", Expression(Type::kRange, depth), Slice());
    case Type::kOther:
      break;
  }
  return OtherOperation(depth);
}

std::string StarlarkExpressionWriter::Slice() {
  const auto bound = [&] {
    return choices_.PickOf<std::string_view>({"", "0", "1", "2", "-1", "-2", "5", "100", "-100"});
  };
  if (choices_.Once(3))
    return fmt::format("[{}:{}:{}]", bound(), bound(),
                       choices_.PickOf<std::string_view>({"1", "2", "-1", "-2", "0", ""}));
  return fmt::format("[{}:{}]", bound(), bound());
}

std::string StarlarkExpressionWriter::IntOperation(int depth) {
  const std::string left = Expression(Type::kInt, depth);
  switch (choices_.Pick(10)) {
    case 0:
    case 1:
    case 2:
      return fmt::format("({} {} {})", left,
                         choices_.PickOf<std::string_view>({"+", "-", "*", "//", "%", "&", "|", "^"}),
                         Expression(Type::kInt, depth));
    case 3:
      return fmt::format("({} {} {})", left, choices_.PickOf<std::string_view>({"<<", ">>"}), choices_.Pick(80));
    case 4:
      return fmt::format("{}{}", choices_.PickOf<std::string_view>({"-", "+", "~"}), left);
    case 5:
      return fmt::format("int({})",
                         Expression(choices_.PickOf<Type>({Type::kFloat, Type::kString, Type::kBool}), depth));
    case 6:
      return fmt::format("len({})", Expression(AnyType(), depth));
    case 7:
      return fmt::format("{}.{}({})", Expression(Type::kString, depth),
                         choices_.PickOf<std::string_view>({"find", "count", "index", "rfind"}),
                         Expression(Type::kString, 0));
    case 8:
      return choices_.Once(2) ? fmt::format("hash({})", Expression(Type::kString, depth))
                              : fmt::format("fold(lambda p, q: p + q, {}, {})", Iterable(depth), left);
    default:
      return fmt::format("{}({})", choices_.PickOf<std::string_view>({"min", "max", "abs", "depth"}), left);
  }
}

std::string StarlarkExpressionWriter::FloatOperation(int depth) {
  switch (choices_.Pick(4)) {
    case 0:
      return fmt::format("({} {} {})", Expression(Type::kFloat, depth),
                         choices_.PickOf<std::string_view>({"+", "-", "*", "/", "//", "%"}),
                         Expression(choices_.PickOf<Type>({Type::kFloat, Type::kInt}), depth));
    case 1:
      return fmt::format("({} / {})", Expression(Type::kInt, depth), Expression(Type::kInt, depth));
    case 2:
      return fmt::format("float({})", Expression(choices_.PickOf<Type>({Type::kInt, Type::kString}), depth));
    default:
      return fmt::format("-{}", Expression(Type::kFloat, depth));
  }
}

std::string StarlarkExpressionWriter::StringOperation(int depth) {
  const std::string text = Expression(Type::kString, depth);
  switch (choices_.Pick(9)) {
    case 0:
      return fmt::format("({} + {})", text, Expression(Type::kString, depth));
    case 1:
      return fmt::format("({} * {})", text, choices_.Pick(4));
    case 2:
      return fmt::format("{}{}", text, choices_.Once(3) ? fmt::format("[{}]", choices_.Pick(4)) : Slice());
    case 3:
      return fmt::format("{}({})", choices_.PickOf<std::string_view>({"str", "repr", "type"}),
                         Expression(AnyType(), depth));
    case 4:
      return fmt::format(
          "{}.{}()", text,
          choices_.PickOf<std::string_view>({"upper", "lower", "title", "capitalize", "strip", "lstrip"}));
    case 5:
      return fmt::format("{}.{}", text,
                         choices_.PickOf<std::string_view>({"replace('a', 'bb')", "replace('', '-')", "strip('a ')",
                                                            "removeprefix('a')", "removesuffix('c')",
                                                            "join(['p', 'q'])", "rstrip()", "replace('b', '', 1)"}));
    case 6:
      return fmt::format("('<{}>' % {})",
                         choices_.PickOf<std::string_view>(
                             {"%s", "%r", "%d", "%x", "%o", "%e", "%g", "%f", "%c", "%%", "%5d", "%s %s", "%(a)s"}),
                         Expression(AnyType(), depth));
    case 7:
      return fmt::format(
          "'{}'.format({})",
          choices_.PickOf<std::string_view>({"{}", "{0}{0}", "{z}", "{{}}", "{!r}", "{} {}", "{", "{0} {}"}),
          Arguments(depth));
    default:
      return fmt::format("chr({})", Expression(Type::kInt, depth));
  }
}

std::string StarlarkExpressionWriter::BytesOperation(int depth) {
  switch (choices_.Pick(3)) {
    case 0:
      return fmt::format("({} + {})", Expression(Type::kBytes, depth), Expression(Type::kBytes, depth));
    case 1:
      return fmt::format("bytes({})", Expression(choices_.PickOf<Type>({Type::kString, Type::kList}), depth));
    default:
      return Expression(Type::kBytes, depth) + Slice();
  }
}

std::string StarlarkExpressionWriter::BoolOperation(int depth) {
  const Type type = AnyType();
  switch (choices_.Pick(6)) {
    case 0:
    case 1:
      return fmt::format("({} {} {})", Expression(type, depth), Comparison(), Expression(type, depth));
    case 2:
      return fmt::format("(not {})", Expression(type, depth));
    case 3:
      return fmt::format("{}({})", choices_.PickOf<std::string_view>({"bool", "any", "all"}), Expression(type, depth));
    case 4:
      return fmt::format("{}.{}()", Expression(Type::kString, depth),
                         choices_.PickOf<std::string_view>(
                             {"isalpha", "isdigit", "isupper", "islower", "isspace", "istitle", "isalnum"}));
    default:
      return fmt::format("{}.{}({})", Expression(Type::kString, depth),
                         choices_.PickOf<std::string_view>({"startswith", "endswith"}),
                         choices_.PickOf<std::string_view>({"'a'", "('x', 'a')", "''", "s"}));
  }
}

std::string StarlarkExpressionWriter::ListOperation(int depth) {
  const std::string list = Expression(Type::kList, depth);
  switch (choices_.Pick(9)) {
    case 0:
      return fmt::format("({} + {})", list, Expression(Type::kList, depth));
    case 1:
      return fmt::format("({} * {})", list, choices_.Pick(3));
    case 2:
      return list + Slice();
    case 3:
      return fmt::format("[{} for y in {}]", Expression(AnyType(), depth), Iterable(depth));
    case 4:
      return fmt::format("{}({})", choices_.PickOf<std::string_view>({"sorted", "list", "reversed", "enumerate"}),
                         Iterable(depth));
    case 5:
      return fmt::format("zip({}, {})", Iterable(depth), Iterable(depth));
    case 6:
      return fmt::format("{}.{}", Expression(Type::kString, depth),
                         choices_.PickOf<std::string_view>({"split()", "split(',')", "split('')", "rsplit(',', 1)",
                                                            "splitlines()", "partition(',')", "split(None, 1)"}));
    case 7:
      return fmt::format("sorted({}, key={}, reverse={})", Iterable(depth),
                         choices_.PickOf<std::string_view>({"str", "len", "identity", "lambda y: -y", "type"}),
                         Expression(Type::kBool, 0));
    default:
      return fmt::format("{}.{}()", Expression(Type::kDict, depth),
                         choices_.PickOf<std::string_view>({"keys", "values", "items"}));
  }
}

std::string StarlarkExpressionWriter::DictOperation(int depth) {
  switch (choices_.Pick(4)) {
    case 0:
      return fmt::format("({} | {})", Expression(Type::kDict, depth), Expression(Type::kDict, depth));
    case 1:
      return fmt::format("{{{}: {}, {}: {}}}", Expression(AnyType(), depth), Expression(AnyType(), depth),
                         Expression(Type::kString, depth), Expression(AnyType(), depth));
    case 2:
      return fmt::format("{{y: {} for y in {}}}", Expression(AnyType(), depth), Iterable(depth));
    default:
      return fmt::format("dict({}, z={})", Expression(Type::kDict, depth), Expression(AnyType(), depth));
  }
}

std::string StarlarkExpressionWriter::TupleOperation(int depth) {
  switch (choices_.Pick(4)) {
    case 0:
      return fmt::format("({} + {})", Expression(Type::kTuple, depth), Expression(Type::kTuple, depth));
    case 1:
      return fmt::format("({}, {})", Expression(AnyType(), depth), Expression(AnyType(), depth));
    case 2:
      return fmt::format("tuple({})", Iterable(depth));
    default:
      return Expression(Type::kTuple, depth) + Slice();
  }
}

std::string StarlarkExpressionWriter::SetOperation(int depth) {
  switch (choices_.Pick(3)) {
    case 0:
      return fmt::format("({} {} {})", Expression(Type::kSet, depth),
                         choices_.PickOf<std::string_view>({"|", "&", "-", "^"}), Expression(Type::kSet, depth));
    case 1:
      return fmt::format("set({})", Iterable(depth));
    default:
      return fmt::format("{}.{}({})", Expression(Type::kSet, depth),
                         choices_.PickOf<std::string_view>(
                             {"union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset"}),
                         Iterable(depth));
  }
}

std::string StarlarkExpressionWriter::OtherOperation(int depth) {
  switch (choices_.Pick(6)) {
    case 0:
      return fmt::format("{}[{}]", Expression(AnyType(), depth), Expression(AnyType(), depth));
    case 1:
      return fmt::format("{}.get({})", Expression(Type::kDict, depth), Expression(AnyType(), depth));
    case 2:
      return fmt::format("spread({})", Arguments(depth));
    case 3:
      return fmt::format("({} {} {})", Expression(AnyType(), depth), Operator(), Expression(AnyType(), depth));
    case 4:
      return fmt::format("getattr({}, {}, None)", Expression(AnyType(), depth),
                         choices_.PickOf<std::string_view>({"'append'", "'nope'", "'upper'"}));
    default:
      return fmt::format("{}({})", choices_.PickOf<std::string_view>({"min", "max", "dir", "ord", "sorted"}),
                         Expression(AnyType(), depth));
  }
}

}  // namespace firn::testing
