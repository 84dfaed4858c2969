#include "inputs/influxdb_v2/query_facts.h"

#include <algorithm>
#include <array>
#include <span>

#include "inputs/influxdb_v2/flux_tokens.h"

namespace firn::inputs::influxdb_v2 {
namespace {

using Tokens = std::span<const Token>;

bool IsIdentifier(const Token& token, std::string_view name) {
  return token.kind == TokenKind::kIdentifier && token.text == name;
}

bool IsCall(Tokens tokens, size_t at) {
  return tokens[at].kind == TokenKind::kIdentifier && at + 1 < tokens.size() && tokens[at + 1].Is("(");
}

RangeBound ClassifyBound(Tokens value) {
  using Kind = RangeBound::Kind;
  if (value.size() == 2 && value[0].Is("-") && value[1].kind == TokenKind::kDuration) {
    if (const auto back = ParseFluxDuration(value[1].text)) return {Kind::kBack, *back};
  }
  if (value.size() == 1 && value[0].kind == TokenKind::kTime) return {Kind::kFixed};
  if (value.size() == 3 && value[0].Is("now") && value[1].Is("(")) return {Kind::kWindowStop};
  const bool member = value.size() == 3 && value[0].Is("v") && value[1].Is(".");
  const bool subscript = value.size() == 4 && value[0].Is("v") && value[1].Is("[");
  if (member || subscript) {
    const std::string_view name = value[2].text;
    if (name == "timeRangeStart" || name == "\"timeRangeStart\"") return {Kind::kWindowStart};
    if (name == "timeRangeStop" || name == "\"timeRangeStop\"") return {Kind::kWindowStop};
  }
  return {Kind::kOther};
}

/// Calls `take` with the name and the value of each argument of the call whose "(" is at `open`.
template <typename Take>
void ForEachArgument(Tokens tokens, size_t open, Take take) {
  int depth = 1;
  size_t at = open + 1;
  size_t argument = at;
  for (; at < tokens.size() && depth > 0; ++at) {
    const Token& token = tokens[at];
    if (token.Is("(") || token.Is("[") || token.Is("{")) ++depth;
    if (token.Is(")") || token.Is("]") || token.Is("}")) --depth;
    const bool ends_argument = depth == 0 || (depth == 1 && token.Is(","));
    if (!ends_argument) continue;
    const Tokens whole = tokens.subspan(argument, at - argument);
    argument = at + 1;
    if (whole.size() >= 3 && whole[1].Is(":")) take(whole[0], whole.subspan(2));
  }
}

RangeCall ParseRange(Tokens tokens, size_t open) {
  RangeCall call;
  ForEachArgument(tokens, open, [&call](const Token& name, Tokens value) {
    if (name.Is("start")) call.start = ClassifyBound(value);
    if (name.Is("stop")) call.stop = ClassifyBound(value);
  });
  return call;
}

/// A literal without escapes; what has some is not known.
void NoteBucket(Tokens tokens, size_t open, std::vector<std::string>& buckets) {
  ForEachArgument(tokens, open, [&buckets](const Token& name, Tokens value) {
    if (!name.Is("bucket") || value.size() != 1 || value[0].kind != TokenKind::kString) return;
    const std::string_view text = value[0].text;
    if (text.size() < 2 || text.find('\\') != text.npos || text.find("${") != text.npos) return;
    const std::string_view bucket = text.substr(1, text.size() - 2);
    if (std::find(buckets.begin(), buckets.end(), bucket) == buckets.end()) buckets.emplace_back(bucket);
  });
}

bool MovesTimes(std::string_view function) {
  static constexpr std::array<std::string_view, 6> kNames = {"aggregateWindow", "timeShift",   "truncateTimeColumn",
                                                             "alignTime",       "holtWinters", "timedMovingAverage"};
  return std::find(kNames.begin(), kNames.end(), function) != kNames.end();
}

}  // namespace

QueryFacts AnalyzeQuery(std::string_view flux) {
  const std::vector<Token> owned = TokenizeFlux(flux);
  const Tokens tokens(owned);
  QueryFacts facts;
  std::string_view last_call;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) facts.normalized += ' ';
    facts.normalized += tokens[i].text;
    if (IsCall(tokens, i)) {
      last_call = tokens[i].text;
      if (last_call == "from") NoteBucket(tokens, i + 1, facts.buckets);
      if (last_call == "range") facts.ranges.push_back(ParseRange(tokens, i + 1));
      if (MovesTimes(last_call)) facts.stamps_rows = true;
    }
    const bool key_follows = i + 1 < tokens.size() && tokens[i + 1].Is(":");
    if (key_follows && (IsIdentifier(tokens[i], "_time") || tokens[i].text == "\"_time\"")) facts.stamps_rows = true;
    if (i >= 2 && tokens[i].text == "\"_time\"" && tokens[i - 1].Is(":")) {
      const Token& argument = tokens[i - 2];
      if (argument.Is("as") || argument.Is("timeDst") || last_call == "rename") facts.stamps_rows = true;
    }
  }
  return facts;
}

}  // namespace firn::inputs::influxdb_v2
