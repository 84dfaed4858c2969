#include "starlark_case_tables.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace firn::testing {
namespace {

using Texts = std::vector<std::string_view>;

/// One or more of every type, chosen for their edges.
const Texts& Values() {
  static const Texts values = {"None",
                               "True",
                               "False",
                               "0",
                               "1",
                               "-7",
                               "9223372036854775807",
                               "-9223372036854775808",
                               "1 << 70",
                               "-(1 << 70)",
                               "0.0",
                               "1.5",
                               "-2.0",
                               "1e22",
                               "float('inf')",
                               "float('nan')",
                               "''",
                               "'a'",
                               "'abc'",
                               "'é😿'",
                               "'%s'",
                               "b''",
                               "b'ab'",
                               "[]",
                               "[1, 'a']",
                               "[[1]]",
                               "()",
                               "(1,)",
                               "('a', 2)",
                               "{}",
                               "{'a': 1}",
                               "{1: 'x', (2,): 3}",
                               "set()",
                               "set([1, 'a'])",
                               "range(0)",
                               "range(1, 10, 3)",
                               "len",
                               "identity",
                               "'ab'.elems()",
                               "b'ab'.elems()",
                               "'é'.codepoints()",
                               "struct(a=1)"};
  return values;
}

/// A few for the places of arguments.
const Texts& Arguments() {
  static const Texts arguments = {"None", "True", "0",    "-1", "2",     "1 << 70",  "1.5",      "''",
                                  "'a'",  "'b,'", "b'a'", "[]", "['a']", "(1, 'a')", "{'a': 1}", "identity"};
  return arguments;
}

constexpr std::string_view kHead = "def identity(x): return x\n";

/// Every call of `callee` with up to three of the arguments, the third time with few of them.
void AddCalls(std::string_view head, std::string_view callee, std::vector<std::string>& cases) {
  const auto add = [&](const std::string& arguments) {
    cases.push_back(fmt::format("{}{}print(repr({}({})))\n", kHead, head, callee, arguments));
  };
  add("");
  for (const std::string_view first : Arguments()) {
    add(std::string(first));
    for (const std::string_view second : Arguments()) add(fmt::format("{}, {}", first, second));
  }
  for (const std::string_view first : {"'a'", "1", "[3, 1]"})
    for (const std::string_view second : {"0", "'b'", "None"})
      for (const std::string_view third : {"1", "-1", "'c'", "None"})
        add(fmt::format("{}, {}, {}", first, second, third));
}

void AddBinaryCases(std::vector<std::string>& cases) {
  constexpr std::string_view kOperators[] = {"+",  "-",  "*", "/",  "//", "%",  "&",  "|",      "^",   "<<", ">>",
                                             "==", "!=", "<", "<=", ">",  ">=", "in", "not in", "and", "or"};
  constexpr size_t kAugmented = 11;  // the first so many
  for (const std::string_view left : Values()) {
    for (const std::string_view right : Values()) {
      for (size_t i = 0; i < std::size(kOperators); ++i) {
        cases.push_back(fmt::format("{}a = {}\nb = {}\nprint(repr(a {} b))\n", kHead, left, right, kOperators[i]));
        if (i < kAugmented)
          cases.push_back(
              fmt::format("{}a = {}\nc = a\na {}= {}\nprint(repr(a), repr(c))\n", kHead, left, kOperators[i], right));
      }
    }
  }
}

void AddUnaryCases(std::vector<std::string>& cases) {
  for (const std::string_view value : Values())
    for (const std::string_view op : {"-", "+", "~", "not "})
      cases.push_back(fmt::format("{}a = {}\nprint(repr({}a))\n", kHead, value, op));
}

void AddIndexCases(std::vector<std::string>& cases) {
  for (const std::string_view value : Values()) {
    for (const std::string_view index : Values()) {
      cases.push_back(fmt::format("{}a = {}\nprint(repr(a[{}]))\n", kHead, value, index));
      cases.push_back(fmt::format("{}a = {}\na[{}] = 5\nprint(repr(a))\n", kHead, value, index));
    }
    const Texts bounds = {"", "0", "1", "-1", "-2", "7", "-7", "1 << 70", "'a'", "None"};
    for (const std::string_view low : bounds)
      for (const std::string_view high : bounds)
        for (const std::string_view step : {"", "1", "-1", "2", "-3", "0", "1 << 70", "'a'", "None"})
          cases.push_back(fmt::format("{}a = {}\nprint(repr(a[{}:{}:{}]))\n", kHead, value, low, high, step));
    cases.push_back(fmt::format("{}for x in {}:\n    print(repr(x))\n", kHead, value));
    cases.push_back(fmt::format("{}a, b = {}\nprint(repr(a), repr(b))\n", kHead, value));
    cases.push_back(fmt::format("{}def f(*a, **k): return (a, k)\nprint(f(*{}))\n", kHead, value));
    cases.push_back(fmt::format("{}def f(*a, **k): return (a, k)\nprint(f(**{}))\n", kHead, value));
    cases.push_back(fmt::format("{}print(repr(({}).nope))\n", kHead, value));
    cases.push_back(fmt::format("{}a = {}\na.nope = 1\n", kHead, value));
    cases.push_back(fmt::format("{}print(({})(1))\n", kHead, value));
  }
}

}  // namespace

std::vector<std::string> StarlarkOperatorCases() {
  std::vector<std::string> cases;
  AddBinaryCases(cases);
  AddUnaryCases(cases);
  AddIndexCases(cases);
  return cases;
}

std::vector<std::string> StarlarkFunctionCases() {
  std::vector<std::string> cases;
  for (const std::string_view function :
       {"abs",       "any",  "all",   "bool",    "bytes",   "chr",         "dict",        "dir",
        "enumerate", "fail", "float", "getattr", "hasattr", "hash",        "int",         "len",
        "list",      "max",  "min",   "ord",     "range",   "repr",        "reversed",    "set",
        "sorted",    "str",  "tuple", "type",    "zip",     "json.encode", "json.decode", "json.indent"}) {
    AddCalls("", function, cases);
    for (const std::string_view value : Values())
      cases.push_back(fmt::format("{}print(repr({}({})))\n", kHead, function, value));
  }
  for (const std::string_view call : {"sorted([3, 1, 2], reverse=True)",
                                      "sorted([3, 1], key=1)",
                                      "sorted(['b', 'aa'], key=len, reverse=1)",
                                      "max([1, 2], key=lambda x: -x)",
                                      "max(1, 2, key=str)",
                                      "min([], key=len)",
                                      "print(1, sep=2)",
                                      "print(sep='')",
                                      "enumerate(['a'], start=5)",
                                      "enumerate('a')",
                                      "int('11', base=2)",
                                      "int(x='5')",
                                      "dict(a=1, **{'b': 2})",
                                      "dict([('a', 1)], a=2)",
                                      "zip([1], a=2)",
                                      "fail('x', sep='-')",
                                      "fail(1, 2, sep='-')",
                                      "getattr(1, name='x')",
                                      "range(stop=5)",
                                      "len(x=1)",
                                      "type()",
                                      "hasattr('a', 'upper')",
                                      "dir('')",
                                      "dir(set())",
                                      "bool(x=1)"})
    cases.push_back(fmt::format("{}print(repr({}))\n", kHead, call));
  return cases;
}

std::vector<std::string> StarlarkMethodCases() {
  struct Receiver {
    std::string_view value;
    Texts methods;
  };
  const Texts string_methods = {"capitalize", "codepoint_ords", "codepoints", "count",        "elem_ords",    "elems",
                                "endswith",   "find",           "format",     "index",        "isalnum",      "isalpha",
                                "isdigit",    "islower",        "isspace",    "istitle",      "isupper",      "join",
                                "lower",      "lstrip",         "partition",  "removeprefix", "removesuffix", "replace",
                                "rfind",      "rindex",         "rpartition", "rsplit",       "rstrip",       "split",
                                "splitlines", "startswith",     "strip",      "title",        "upper"};
  const Texts list_methods = {"append", "clear", "extend", "index", "insert", "pop", "remove"};
  const Texts dict_methods = {"clear", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"};
  const Texts set_methods = {"add",      "clear",      "difference", "discard", "intersection",
                             "issubset", "issuperset", "pop",        "remove",  "symmetric_difference",
                             "union",    "update"};
  const Receiver receivers[] = {{"''", string_methods},
                                {"'ab,a b'", string_methods},
                                {"'Éa\\t😿\\n{}{0}'", string_methods},
                                {"b'a\\xff'", {"elems"}},
                                {"[]", list_methods},
                                {"[1, 'a', 2]", list_methods},
                                {"{}", dict_methods},
                                {"{'a': 1, 2: 'b'}", dict_methods},
                                {"set()", set_methods},
                                {"set(['a', 2])", set_methods}};
  std::vector<std::string> cases;
  for (const auto& [value, methods] : receivers) {
    for (const std::string_view method : methods) {
      const std::string head = fmt::format("a = {}\n", value);
      AddCalls(head, fmt::format("[a.{}, a][0]", method), cases);
      cases.push_back(fmt::format("{}{}a.{}('a')\nprint(repr(a))\n", kHead, head, method));
      cases.push_back(fmt::format("{}{}print(a.{})\n", kHead, head, method));
      cases.push_back(fmt::format("{}{}print(a.{}(x=1))\n", kHead, head, method));
    }
  }
  return cases;
}

std::vector<std::string> StarlarkFormatCases() {
  std::vector<std::string> cases;
  for (const std::string_view value : Values()) {
    for (const std::string_view conversion :
         {"%s", "%r", "%d", "%i",  "%o", "%x", "%X",    "%e",    "%E",  "%f",   "%F", "%g",
          "%G", "%c", "%%", "%5d", "%q", "%",  "%(a)s", "%(1)s", "%(a", "%s%s", "x"})
      cases.push_back(fmt::format("{}print('<{}>' % {})\n", kHead, conversion, value));
    for (const std::string_view field :
         {"{}",   "{0}",   "{!r}",  "{!s}",  "{!x}",   "{:3}", "{a}",   "{1}",  "{",     "}",
          "{{}}", "{}{0}", "{0}{}", "{0.a}", "{0[1]}", "{!",   "{a!r}", "{-1}", "{ 0 }", "{0!}"})
      cases.push_back(fmt::format("{}print('<{}>'.format({}))\n", kHead, field, value));
    cases.push_back(fmt::format("{}print({})\nprint([{}])\n", kHead, value, value));
    cases.push_back(fmt::format("{}print('{{a}}'.format(a={}))\n", kHead, value));
  }
  for (const std::string_view number : {"1e0",
                                        "1e5",
                                        "1e6",
                                        "1e15",
                                        "1e16",
                                        "1e17",
                                        "1e20",
                                        "1e21",
                                        "1e22",
                                        "123456.789",
                                        "0.1",
                                        "1e-4",
                                        "1e-5",
                                        "0.00012345",
                                        "1.0/3",
                                        "2.0/3",
                                        "1e100",
                                        "5e-324",
                                        "1.7976931348623157e308",
                                        "123456789012345680.0",
                                        "0.5",
                                        "4.35",
                                        "2.675",
                                        "1e23",
                                        "9007199254740993.0",
                                        "-0.0",
                                        "100.0",
                                        "1234567.0",
                                        "999999.9",
                                        "999999.99999999"})
    for (const std::string_view conversion : {"%s", "%g", "%e", "%f", "%d", "%r"})
      cases.push_back(fmt::format("print('{}' % ({},))\n", conversion, number));
  return cases;
}

}  // namespace firn::testing
