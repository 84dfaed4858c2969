#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace firn::cli {

struct ParseCommandOptions {
  enum class Output : uint8_t { kJson, kLineProtocol };

  std::string format = "line_protocol";
  std::string precision = "ns";         ///< ns, us, ms or s
  std::optional<int64_t> default_time;  ///< ns since 1970, for lines without a time; default: now
  Output output = Output::kJson;
  bool stats = false;      ///< parse only, print rows, bytes, seconds, MB/s
  bool strict = false;     ///< exit code 3 when a line was refused
  std::string file = "-";  ///< "-" is standard input
};

/// `firn parse`: reads text and shows what Firn makes of it, in input order. As JSON one object a line: a point
/// (`name`, `tags`, `fields` as {"type", "value"}, `time` in ns) or an error (`line`, `column`, `offset`, `message`).
/// Integers beyond 2^53 are JSON numbers as they are; bytes that are not UTF-8 become U+FFFD. As line protocol, errors
/// go to `err`. Files of any size: memory is bounded by the longest line. Gives the exit code: 0, 1 usage, 2 the file
/// cannot be read, 3.
int RunParse(const ParseCommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace firn::cli
