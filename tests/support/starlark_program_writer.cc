#include "starlark_program_writer.h"

#include <fmt/format.h>

#include <string_view>

#include "starlark_expression_writer.h"

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

using Type = StarlarkExpressionWriter::Type;

class Writer {
 public:
  explicit Writer(Choices& choices) : choices_(choices), expressions_(choices) {}

  std::string Program() {
    text_ = kPrologue;
    Block(1, 6 + static_cast<int>(choices_.Pick(12)));
    text_ += "    print(i, x, repr(s), b, o, u, d, p, e, r, n)\nmain()\n";
    return std::move(text_);
  }

 private:
  Type AnyType() { return expressions_.AnyType(); }
  std::string Variable(Type type) { return expressions_.Variable(type); }
  std::string Expression(Type type, int depth) { return expressions_.Expression(type, depth); }
  std::string AnyExpression() { return Expression(AnyType(), kExpressionDepth); }
  std::string Iterable(int depth) { return expressions_.Iterable(depth); }
  std::string_view Operator() { return expressions_.Operator(); }

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
    Line(indent, fmt::format("print(attempt(lambda: g({})))", expressions_.Arguments(1)));
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

  Choices& choices_;
  StarlarkExpressionWriter expressions_;
  std::string text_;
};

}  // namespace

std::string WriteStarlarkProgram(Choices choices) {
  return Writer(choices).Program();
}

}  // namespace firn::testing
