#pragma once

#include <cstddef>
#include <cstdint>

/// The tables behind unicode.h: sorted runs beyond ASCII, written by make_unicode_tables.go.

namespace firn::starlark::text {

/// first, first + step, …, last.
struct CodePointRun {
  uint32_t first;
  uint32_t last;
  uint32_t step;
};

/// Code points that are mapped to themselves plus `delta`.
struct CaseRun {
  uint32_t first;
  uint32_t last;
  uint32_t step;
  int32_t delta;
};

extern const CodePointRun kUpperCase[], kLowerCase[], kTitleCase[], kDigits[], kPrintable[], kCased[];
extern const size_t kUpperCaseSize, kLowerCaseSize, kTitleCaseSize, kDigitsSize, kPrintableSize, kCasedSize;
extern const CaseRun kToUpper[], kToLower[], kToTitle[];
extern const size_t kToUpperSize, kToLowerSize, kToTitleSize;

}  // namespace firn::starlark::text
