#include "starlark/compile/program.h"

#include <algorithm>

namespace firn::starlark {

std::string_view OpcodeName(Opcode opcode) {
  static constexpr std::string_view kNames[] = {
#define FIRN_STARLARK_OPCODE(name) #name,
      FIRN_STARLARK_OPCODES(FIRN_STARLARK_OPCODE)
#undef FIRN_STARLARK_OPCODE
  };
  return kNames[static_cast<size_t>(opcode)];
}

bool HasWord(Opcode opcode) {
  switch (opcode) {
    case Opcode::kBranchEqual:
    case Opcode::kBranchLess:
    case Opcode::kBranchLessEqual:
    case Opcode::kBranchGreater:
    case Opcode::kBranchGreaterEqual:
    case Opcode::kBranchIn:
    case Opcode::kGetAttr:
    case Opcode::kSetAttr:
    case Opcode::kGetKey:
    case Opcode::kSetKey:
    case Opcode::kForNext:
    case Opcode::kCallNamed:
    case Opcode::kCallSpread:
    case Opcode::kCheckAttr:
    case Opcode::kCallMethod:
    case Opcode::kLoad:
      return true;
    default:
      return false;
  }
}

Position FunctionCode::PositionOf(uint32_t instruction) const {
  const auto after = std::upper_bound(lines.begin(), lines.end(), instruction,
                                      [](uint32_t wanted, const LineEntry& line) { return wanted < line.instruction; });
  return after == lines.begin() ? position : (after - 1)->position;
}

}  // namespace firn::starlark
