#include "starlark/number/big_int.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <random>
#include <sstream>

#include "shared_fixtures.h"

namespace firn::starlark::number {
namespace {

BigInt FromHex(std::string_view text) {
  const bool negative = text.starts_with('-');
  BigInt value = *BigInt::Parse(text.substr(negative ? 1 : 0), 16);
  return negative ? std::move(value).Negated() : value;
}

/// Deterministic integers of about `limbs` limbs; runs of zeros and ones are frequent, as carries and guesses need
/// them.
class RandomInts {
 public:
  BigInt Next(size_t limbs) {
    Limbs magnitude(limbs);
    for (Limb& limb : magnitude) {
      const uint64_t kind = engine_() % 4;
      limb = kind == 0 ? 0 : kind == 1 ? ~Limb{0} : engine_();
    }
    return BigInt::FromMagnitude(std::move(magnitude), engine_() % 2 == 0);
  }

 private:
  std::mt19937_64 engine_{42};
};

std::string Evaluate(const std::string& operation, const BigInt& a, const std::string& operand) {
  if (operation == "shl") return ToText(ShiftLeft(a, std::stoull(operand)), 16);
  if (operation == "shr") return ToText(ShiftRight(a, std::stoull(operand)), 16);
  if (operation == "text") return ToText(a, std::stoi(operand));
  if (operation == "double") return fmt::format("{:016x}", std::bit_cast<uint64_t>(a.view().ToDouble()));
  const BigInt b = FromHex(operand);
  if (operation == "add") return ToText(Add(a, b), 16);
  if (operation == "sub") return ToText(Subtract(a, b), 16);
  if (operation == "mul") return ToText(Multiply(a, b), 16);
  if (operation == "div") return ToText(FloorDivide(a, b), 16);
  if (operation == "mod") return ToText(FloorModulo(a, b), 16);
  if (operation == "and") return ToText(And(a, b), 16);
  if (operation == "or") return ToText(Or(a, b), 16);
  if (operation == "xor") return ToText(Xor(a, b), 16);
  return "unknown operation " + operation;
}

TEST(BigInt, AnswersAsPythonDoes) {
  std::ifstream cases(testing::SourceFolder() / "tests/starlark/integer_cases.txt");
  std::string line;
  int count = 0;
  while (std::getline(cases, line)) {
    std::istringstream words(line);
    std::string operation, a, b, expected;
    words >> operation >> a >> b >> expected;
    EXPECT_EQ(Evaluate(operation, FromHex(a), b), expected) << line;
    ++count;
  }
  EXPECT_GT(count, 600);
}

TEST(BigInt, QuotientTimesDivisorPlusRemainderIsTheDividend) {
  RandomInts ints;
  for (const auto& [a_limbs, b_limbs] : {std::pair{2, 1},
                                         {3, 2},
                                         {40, 20},
                                         {63, 31},
                                         {200, 64},
                                         {257, 100},
                                         {511, 128},
                                         {700, 333},
                                         {900, 65},
                                         {1300, 640}}) {
    for (int round = 0; round < 8; ++round) {
      const BigInt a = ints.Next(a_limbs);
      BigInt b = ints.Next(b_limbs);
      if (b.view().IsZero()) b = BigInt(1);
      const BigInt quotient = FloorDivide(a, b);
      const BigInt remainder = FloorModulo(a, b);
      EXPECT_TRUE(std::is_eq(Compare(Add(Multiply(quotient, b), remainder), a))) << a_limbs << " by " << b_limbs;
      EXPECT_LT(CompareMagnitude(remainder.magnitude(), b.magnitude()), 0);
      EXPECT_TRUE(remainder.view().IsZero() || remainder.negative() == b.negative());
    }
  }
}

TEST(BigInt, ProductsOfAllLengthsDistribute) {
  RandomInts ints;
  for (const auto& [a_limbs, b_limbs] :
       {std::pair{31, 31}, {32, 32}, {33, 65}, {64, 33}, {100, 400}, {257, 255}, {1000, 37}}) {
    const BigInt a = ints.Next(a_limbs), b = ints.Next(b_limbs), c = ints.Next(b_limbs);
    EXPECT_TRUE(std::is_eq(Compare(Multiply(a, Add(b, c)), Add(Multiply(a, b), Multiply(a, c)))))
        << a_limbs << " by " << b_limbs;
    EXPECT_TRUE(std::is_eq(Compare(Multiply(a, b), Multiply(b, a))));
  }
}

TEST(BigInt, TextOfLongIntegersReadsBack) {
  RandomInts ints;
  for (size_t limbs : {1, 2, 31, 32, 33, 63, 65, 130, 300, 1000}) {
    for (int base : {2, 10, 16, 36}) {
      const BigInt value = BigInt::FromMagnitude(ints.Next(limbs).magnitude(), false);
      EXPECT_TRUE(std::is_eq(Compare(*BigInt::Parse(ToText(value, base), base), value)))
          << limbs << " limbs, base " << base;
    }
  }
  EXPECT_EQ(ToText(ShiftLeft(SmallInt(1), 20000), 2), "1" + std::string(20000, '0'));
  EXPECT_EQ(ToText(*BigInt::Parse("1" + std::string(9999, '0'), 10)), "1" + std::string(9999, '0'));
}

TEST(BigInt, RefusesWhatIsNotDigits) {
  for (std::string_view text : {"", "-1", "+1", "1_000", "12 ", "8"}) EXPECT_FALSE(BigInt::Parse(text, 8)) << text;
  EXPECT_EQ(ToText(*BigInt::Parse("zZ", 36)), "1295");
}

TEST(BigInt, HoldsTheEndsOfInt64) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(BigInt(least).view().ToInt64(), least);
  EXPECT_FALSE(Negate(SmallInt(least)).view().ToInt64());
  EXPECT_EQ(Negate(SmallInt(least)).view().ToUint64(), uint64_t{1} << 63);
  EXPECT_FALSE(Subtract(SmallInt(least), SmallInt(1)).view().ToInt64());
  EXPECT_EQ(ToText(BigInt::FromUint64(~uint64_t{0})), "18446744073709551615");
}

TEST(BigInt, FromDoubleIsExact) {
  EXPECT_EQ(ToText(BigInt::FromDouble(-1e23)), "-99999999999999991611392");
  EXPECT_EQ(ToText(BigInt::FromDouble(-3.99)), "-3");
  EXPECT_EQ(ToText(BigInt::FromDouble(9223372036854775808.0)), "9223372036854775808");
  EXPECT_EQ(ToText(BigInt::FromDouble(-9223372036854775808.0)), "-9223372036854775808");
  EXPECT_EQ(BigInt::FromDouble(1.7976931348623157e308).view().ToDouble(), 1.7976931348623157e308);
}

}  // namespace
}  // namespace firn::starlark::number
