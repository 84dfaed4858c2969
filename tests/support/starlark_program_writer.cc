#include "starlark_program_writer.h"

#include <fmt/format.h>

#include <string_view>

namespace firn::testing {
namespace {

constexpr int kExpressionDepth = 3;
constexpr int kBlockDepth = 3;

/// The variables that every program has, one name a type, and one more of another value.
constexpr std::string_view kPrologue =
    "def identity(x): return x\n"
    "def spread(a, b=2, *args, c=3, **kwargs): return [a, b, args, c, kwargs]\n"
    "def fold(f, xs, x):\n"
    "    for y in xs:\n"
    "        x = f(x, y)\n"
    "    return x\n"
    "def depth(n): return 0 if n <= 0 else 1 + depth(n - 1)\n"
    "def attempt_or(f, x):\n"
    "    y = attempt(f)\n"
    "    if type(y) == 'tuple' and y[:1] == ('error',):\n"
    "        print(y)\n"
    "        return x\n"
    "    return y\n"
    "def main():\n"
    "    y = 0; z = 1\n"
    "    i = 3; i2 = -(1 << 70)\n"
    "    x = 1.5; x2 = float('inf')\n"
    "    s = 'aébc'; s2 = 'x,y,,z '\n"
    "    b = b'ab\\xff'; b2 = b''\n"
    "    o = True; o2 = False\n"
    "    u = [3, 1, 2]; u2 = [[1, 2], ['a', None]]\n"
    "    d = {'a': 1, 'b': [2]}; d2 = {1: 'x', (2,): 'y', 2.5: 'z'}\n"
    "    p = (1, 'a'); p2 = ()\n"
    "    e = set([1, 2, 3]); e2 = set(['a'])\n"
    "    r = range(5); r2 = range(10, 0, -3)\n"
    "    n = None; n2 = len\n";

constexpr std::string_view kVariables[] = {"i", "x", "s", "b", "o", "u", "d", "p", "e", "r", "n"};

enum class Type : uint8_t { kInt, kFloat, kString, kBytes, kBool, kList, kDict, kTuple, kSet, kRange, kOther };
constexpr uint32_t kTypes = 11;

class Writer {
 public:
  explicit Writer(Choices choices) : choices_(choices) {}

  std::string Program() {
    text_ = kPrologue;
    Block(1, 6 + static_cast<int>(choices_.Pick(12)));
    text_ += "    print(i, x, repr(s), b, o, u, d, p, e, r, n)\nmain()\n";
    return std::move(text_);
  }

  std::string AnyExpression() { return Expression(AnyType(), kExpressionDepth); }

 private:
  Type AnyType() { return static_cast<Type>(choices_.Pick(kTypes)); }

  std::string Variable(Type type) {
    const std::string name(kVariables[static_cast<int>(type)]);
    return choices_.Once(3) ? name + "2" : name;
  }

  // ---- statements

  void Line(int indent, std::string_view text) { text_ += fmt::format("{:{}}{}\n", "", indent * 4, text); }

  void Block(int indent, int statements) {
    for (int i = 0; i < statements; ++i) Statement(indent);
  }

  /// One statement; what fails in it mostly does not end the program.
  void Statement(int indent) {
    const bool may_nest = indent <= kBlockDepth;
    switch (choices_.Pick(may_nest ? 12 : 8)) {
      case 0:
        return Line(indent, fmt::format("print({})", AnyExpression()));
      case 1:
      case 2:
        return Line(indent, fmt::format("print(attempt(lambda: {}))", AnyExpression()));
      case 3: {
        const Type type = AnyType();
        const std::string name = Variable(type);
        return Line(indent,
                    fmt::format("{0} = attempt_or(lambda: {1}, {0})", name, Expression(type, kExpressionDepth)));
      }
      case 4:
        return Augmented(indent);
      case 5:
        return Line(indent, fmt::format("print(attempt(lambda: {}))", Mutation()));
      case 6:
        return Guarded(indent, [&](int inner) { Line(inner, Unpacking()); });
      case 7:
        return Guarded(indent, [&](int inner) { Line(inner, Assignment()); });
      case 8:
        return Guarded(indent, [&](int inner) { If(inner); });
      case 9:
        return Guarded(indent, [&](int inner) { For(inner); });
      case 10:
        return Def(indent);
      default:
        return Line(indent, fmt::format("print(attempt(lambda: [{} for y in {} if {}]))", Expression(AnyType(), 1),
                                        Iterable(1), Expression(Type::kBool, 1)));
    }
  }

  /// Puts statements into a function that is called at once, so that they may fail; now and then does without.
  template <typename WriteBody>
  void Guarded(int indent, const WriteBody& write_body) {
    if (choices_.Once(12)) return write_body(indent);
    Line(indent, "def step():");
    // What the statements may bind is local to the function.
    Line(indent + 1, "y = 0; z = 1; i = 5; x = 2.5; s = 'abc'; b = b'q'");
    write_body(indent + 1);
    Line(indent + 1, "return [y, z, i, x, s, b]");
    Line(indent, "print(attempt(step))");
  }

  void Augmented(int indent) {
    const Type type = AnyType();
    const std::string name = Variable(type);
    Line(indent, "def step(v):");
    Line(indent + 1, fmt::format("v {}= {}", Operator(), Expression(type, 1)));
    Line(indent + 1, "return v");
    Line(indent, fmt::format("{0} = attempt_or(lambda: step({0}), {0})", name));
  }

  void If(int indent) {
    Line(indent, fmt::format("if {}:", Expression(Type::kBool, 2)));
    Block(indent + 1, 1 + static_cast<int>(choices_.Pick(2)));
    if (choices_.Once(2)) return;
    Line(indent, choices_.Once(2) ? fmt::format("elif {}:", AnyExpression()) : std::string("else:"));
    Block(indent + 1, 1);
  }

  void For(int indent) {
    Line(indent, fmt::format("for {} in {}:", choices_.PickOf<std::string_view>({"y", "i", "(y, z)", "y, z", "u[0]"}),
                             Iterable(2)));
    Line(indent + 1, "print('loop', y)");
    if (choices_.Once(3)) {
      Line(indent + 1, fmt::format("if {}:", Expression(Type::kBool, 2)));
      Line(indent + 2, choices_.PickOf<std::string_view>({"break", "continue", "pass", "return y"}));
    }
    Block(indent + 1, 1 + static_cast<int>(choices_.Pick(2)));
  }

  void Def(int indent) {
    Line(indent, choices_.PickOf<std::string_view>({"def g(y, z=1, *a, **k):", "def g(y):", "def g(y, *, z=u):"}));
    Block(indent + 1, 1 + static_cast<int>(choices_.Pick(2)));
    Line(indent + 1, fmt::format("return {}", Expression(AnyType(), 2)));
    Line(indent, fmt::format("print(attempt(lambda: g({})))", Arguments(1)));
  }

  std::string Assignment() {
    switch (choices_.Pick(5)) {
      case 0:
        return fmt::format("u[{}] = {}", Expression(Type::kInt, 1), Expression(AnyType(), 1));
      case 1:
        return fmt::format("d[{}] = {}", Expression(Type::kString, 1), Expression(AnyType(), 1));
      case 2:
        return fmt::format("d2[{}] = {}", Expression(AnyType(), 1), Expression(AnyType(), 1));
      case 3:
        return fmt::format("u[{}] {}= {}", choices_.Pick(4), Operator(), Expression(Type::kInt, 1));
      default:
        return fmt::format("d['a'] {}= {}", Operator(), Expression(AnyType(), 1));
    }
  }

  std::string Unpacking() {
    switch (choices_.Pick(4)) {
      case 0:
        return fmt::format("i, x = {}", Expression(Type::kTuple, 2));
      case 1:
        return fmt::format("[s, (i, b)] = {}", Expression(Type::kList, 2));
      case 2:
        return fmt::format("i, u[0] = {}, {}", Expression(Type::kInt, 1), Expression(AnyType(), 1));
      default:
        return fmt::format("u, d = {}", AnyExpression());
    }
  }

  /// An expression that changes a value.
  std::string Mutation() {
    switch (choices_.Pick(14)) {
      case 0:
        return fmt::format("u.append({})", Expression(AnyType(), 1));
      case 1:
        return fmt::format("u.extend({})", Iterable(1));
      case 2:
        return fmt::format("u.insert({}, {})", Expression(Type::kInt, 1), Expression(AnyType(), 1));
      case 3:
        return fmt::format("u.pop({})", choices_.Once(2) ? Expression(Type::kInt, 1) : "");
      case 4:
        return fmt::format("u.remove({})", Expression(AnyType(), 1));
      case 5:
        return fmt::format("u2.clear() or {}", AnyExpression());
      case 6:
        return fmt::format("d.pop({})", Expression(Type::kString, 1));
      case 7:
        return fmt::format("d.pop({}, {})", Expression(AnyType(), 1), Expression(AnyType(), 1));
      case 8:
        return "d2.popitem()";
      case 9:
        return fmt::format("d.setdefault({}, {})", Expression(Type::kString, 1), Expression(AnyType(), 1));
      case 10:
        return fmt::format("d.update({})", Expression(Type::kDict, 1));
      case 11:
        return fmt::format("e.add({})", Expression(AnyType(), 1));
      case 12:
        return fmt::format("e.{}({})", choices_.PickOf<std::string_view>({"remove", "discard"}),
                           Expression(AnyType(), 1));
      default:
        return fmt::format("[{} for y in {}]",
                           choices_.PickOf<std::string_view>({"u.append(y)", "d.pop(y)", "e.add(y)"}), Iterable(1));
    }
  }

  // ---- expressions

  std::string_view Operator() {
    return choices_.PickOf<std::string_view>({"+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>"});
  }

  std::string_view Comparison() {
    return choices_.PickOf<std::string_view>({"==", "!=", "<", "<=", ">", ">=", "in", "not in"});
  }

  /// Mostly of this type; now and then of any.
  std::string Expression(Type type, int depth) {
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

  std::string Literal(Type type) {
    switch (type) {
      case Type::kInt:
        return std::string(choices_.PickOf<std::string_view>({"0", "1", "-1", "2", "7", "-3", "10", "255", "(1 << 31)",
                                                              "(1 << 63)", "-9223372036854775808", "0x7fffffff",
                                                              "123456789012345678901234567890"}));
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

  std::string Iterable(int depth) {
    return Expression(
        choices_.PickOf<Type>({Type::kRange, Type::kList, Type::kTuple, Type::kDict, Type::kSet, Type::kList}), depth);
  }

  std::string Arguments(int depth) {
    std::string text = Expression(AnyType(), depth);
    if (choices_.Once(3)) text += ", " + Expression(AnyType(), depth);
    if (choices_.Once(4)) text += ", z=" + Expression(AnyType(), depth);
    if (choices_.Once(6)) text += ", *" + Expression(Type::kTuple, 0);
    if (choices_.Once(6)) text += ", **" + Expression(Type::kDict, 0);
    return text;
  }

  /// Something that gives a value of this type, of parts that are one level less deep.
  std::string Operation(Type type, int depth) {
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

  std::string Slice() {
    const auto bound = [&] {
      return choices_.PickOf<std::string_view>({"", "0", "1", "2", "-1", "-2", "5", "100", "-100"});
    };
    if (choices_.Once(3))
      return fmt::format("[{}:{}:{}]", bound(), bound(),
                         choices_.PickOf<std::string_view>({"1", "2", "-1", "-2", "0", ""}));
    return fmt::format("[{}:{}]", bound(), bound());
  }

  std::string IntOperation(int depth) {
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

  std::string FloatOperation(int depth) {
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

  std::string StringOperation(int depth) {
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

  std::string BytesOperation(int depth) {
    switch (choices_.Pick(3)) {
      case 0:
        return fmt::format("({} + {})", Expression(Type::kBytes, depth), Expression(Type::kBytes, depth));
      case 1:
        return fmt::format("bytes({})", Expression(choices_.PickOf<Type>({Type::kString, Type::kList}), depth));
      default:
        return Expression(Type::kBytes, depth) + Slice();
    }
  }

  std::string BoolOperation(int depth) {
    const Type type = AnyType();
    switch (choices_.Pick(6)) {
      case 0:
      case 1:
        return fmt::format("({} {} {})", Expression(type, depth), Comparison(), Expression(type, depth));
      case 2:
        return fmt::format("(not {})", Expression(type, depth));
      case 3:
        return fmt::format("{}({})", choices_.PickOf<std::string_view>({"bool", "any", "all"}),
                           Expression(type, depth));
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

  std::string ListOperation(int depth) {
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

  std::string DictOperation(int depth) {
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

  std::string TupleOperation(int depth) {
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

  std::string SetOperation(int depth) {
    switch (choices_.Pick(3)) {
      case 0:
        return fmt::format("({} {} {})", Expression(Type::kSet, depth),
                           choices_.PickOf<std::string_view>({"|", "&", "-", "^"}), Expression(Type::kSet, depth));
      case 1:
        return fmt::format("set({})", Iterable(depth));
      default:
        return fmt::format("{}.{}({})", Expression(Type::kSet, depth),
                           choices_.PickOf<std::string_view>({"union", "intersection", "difference",
                                                              "symmetric_difference", "issubset", "issuperset"}),
                           Iterable(depth));
    }
  }

  std::string OtherOperation(int depth) {
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

  Choices choices_;
  std::string text_;
};

}  // namespace

std::string WriteStarlarkProgram(Choices choices) {
  return Writer(choices).Program();
}

std::string WriteStarlarkExpression(Choices choices) {
  return Writer(choices).AnyExpression();
}

}  // namespace firn::testing
