#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::bench {

/// How the values of the ten fields look.
enum class ValueKind : uint8_t {
  kInteger,     ///< `58i`
  kTwoDecimal,  ///< `58.13`
  kDouble,      ///< `58.13161765294117`: all digits of a double
};

Result<ValueKind> ParseValueKind(std::string_view name);

struct GeneratorOptions {
  uint32_t hosts = 100;
  ValueKind values = ValueKind::kInteger;
  uint64_t seed = 1;
  int64_t start_ns = 1'451'606'400'000'000'000;
  int64_t step_ns = 10'000'000'000;
};

/// The load of TSBS's cpu-only use case: each host sends one point every ten seconds, with ten tags and ten fields that
/// walk at random between 0 and 100. The same options give the same bytes. One thread.
class CpuGenerator {
 public:
  explicit CpuGenerator(GeneratorOptions options);

  /// Appends the next `count` lines: host after host, then the next step.
  void Append(uint64_t count, std::string& out);

 private:
  void AppendKey(uint32_t host, std::string& out) const;
  void AppendValue(double value, std::string& out) const;
  uint64_t Next();

  GeneratorOptions options_;
  uint64_t random_;
  uint32_t host_ = 0;
  int64_t time_ns_;
  std::string values_;  // ten doubles a host, as they were last
};

}  // namespace firn::bench
