#pragma once

#include <cstdint>
#include <string_view>

/// The instructions of the register machine; runtime/interpreter.cc explains how it works.
///
/// An instruction is 8 bytes: a code and the operands A, B, C; or A and a 32-bit number N in the place of B and C.
///   r(x)   register x of the frame
///   rk(x)  register x, or the constant −x−1 of the function if x is negative
/// Where an instruction is followed by a word, the word is written [ … ]: its operands in the same four places.

namespace firn::starlark {

#define FIRN_STARLARK_OPCODES(X)                                                                                       \
  X(Move)            /* r(A) = rk(B) */                                                                                \
  X(LoadConstant)    /* r(A) = constant N */                                                                           \
  X(LoadGlobal)      /* r(A) = global N, which must be set */                                                          \
  X(StoreGlobal)     /* global A = rk(B) */                                                                            \
  X(LoadPredeclared) /* r(A) = predeclared N */                                                                        \
  X(LoadFree)        /* r(A) = value of the closure's cell N */                                                        \
  X(LoadCell)        /* r(A) = value of the cell r(B) */                                                               \
  X(StoreCell)       /* value of the cell r(A) = rk(B) */                                                              \
  X(MakeCell)        /* r(A) = a new cell that holds r(A) */                                                           \
  X(CheckLocal)      /* fails if r(A) is not set */                                                                    \
  X(Add)             /* r(A) = rk(B) + rk(C); likewise the others */                                                   \
  X(Subtract)                                                                                                          \
  X(Multiply)                                                                                                          \
  X(Divide)                                                                                                            \
  X(FloorDivide)                                                                                                       \
  X(Modulo)                                                                                                            \
  X(BitAnd)                                                                                                            \
  X(BitOr)                                                                                                             \
  X(BitXor)                                                                                                            \
  X(ShiftLeft)                                                                                                         \
  X(ShiftRight)                                                                                                        \
  X(In)                                                                                                                \
  X(NotIn)                                                                                                             \
  X(InPlaceAdd) /* r(A) = rk(B) += rk(C) */                                                                            \
  X(InPlaceOr)  /* r(A) = rk(B) |= rk(C) */                                                                            \
  X(Equal)      /* r(A) = rk(B) == rk(C); likewise the others */                                                       \
  X(NotEqual)                                                                                                          \
  X(Less)                                                                                                              \
  X(LessEqual)                                                                                                         \
  X(Greater)                                                                                                           \
  X(GreaterEqual)                                                                                                      \
  X(Negate)      /* r(A) = -rk(B) */                                                                                   \
  X(Plus)        /* r(A) = +rk(B) */                                                                                   \
  X(Invert)      /* r(A) = ~rk(B) */                                                                                   \
  X(Not)         /* r(A) = not rk(B) */                                                                                \
  X(Jump)        /* go N instructions on */                                                                            \
  X(JumpBack)    /* the same, backwards: a safe point */                                                               \
  X(JumpIfTrue)  /* if r(A): go N on */                                                                                \
  X(JumpIfFalse) /* if not r(A): go N on */                                                                            \
  X(BranchEqual) /* if (rk(B) == rk(C)) == A: go N on, as the [N] says; likewise the others */                         \
  X(BranchLess)                                                                                                        \
  X(BranchLessEqual)                                                                                                   \
  X(BranchGreater)                                                                                                     \
  X(BranchGreaterEqual)                                                                                                \
  X(BranchIn)                                                                                                          \
  X(GetAttr)      /* r(A) = rk(B).name [name constant: A, cache: N] */                                                 \
  X(SetAttr)      /* r(A).name = rk(B) [name constant: A, cache: N] */                                                 \
  X(GetIndex)     /* r(A) = rk(B)[rk(C)] */                                                                            \
  X(GetKey)       /* the same; C is a constant string [cache: N] */                                                    \
  X(SetIndex)     /* r(A)[rk(B)] = rk(C) */                                                                            \
  X(SetKey)       /* the same; B is a constant string [cache: N] */                                                    \
  X(Slice)        /* r(B) = r(A)[r(A+1):r(A+2):r(A+3)] */                                                              \
  X(MakeList)     /* r(A) = [r(B) … C items] */                                                                        \
  X(ExtendList)   /* the list r(A) gets r(B) … C items */                                                              \
  X(AppendList)   /* the list r(A) gets rk(B) */                                                                       \
  X(MakeTuple)    /* r(A) = (r(B) … C items) */                                                                        \
  X(TupleOfList)  /* r(A) = tuple(list r(B)) */                                                                        \
  X(MakeDict)     /* r(A) = {} */                                                                                      \
  X(InsertUnique) /* r(A)[rk(B)] = rk(C), which must not be there */                                                   \
  X(InsertDict)   /* r(A)[rk(B)] = rk(C) */                                                                            \
  X(ForPrepare)   /* r(A), r(A+1), r(A+2) = an iteration over rk(B) */                                                 \
  X(ForNext)      /* r(B) = next of the iteration r(A), go N on; or go past the [N] at its end: a safe point */        \
  X(ForEnd)       /* gives up the iteration r(A) */                                                                    \
  X(Unpack)       /* r(A) … = the C items of rk(B) */                                                                  \
  X(Call)         /* r(C) = r(A)(r(A+1) … B arguments) */                                                              \
  X(CallNamed)    /* the same, then as many named arguments as [A] says, names from constant [N] on */                 \
  X(CallSpread)   /* the same, then *r, **r as the bits of [B: 1, 2] say; [A] named, their first name C of the word */ \
  X(CheckAttr)    /* fails if r(A) has no such attribute [name constant: A, cache: N, that of the call to come] */     \
  X(CallMethod)   /* r(C) = r(A).name(r(A+1) … B arguments) [name constant: A, cache: N] */                            \
  X(Return)       /* rk(B) */                                                                                          \
  X(MakeFunction) /* r(A) = function B, defaults from r(C) on */                                                       \
  X(Load)         /* r(A) … = names of module constant B; as many as [A], names from constant [N] on */

enum class Opcode : uint16_t {
#define FIRN_STARLARK_OPCODE(name) k##name,
  FIRN_STARLARK_OPCODES(FIRN_STARLARK_OPCODE)
#undef FIRN_STARLARK_OPCODE
};

std::string_view OpcodeName(Opcode opcode);
/// Whether a second word belongs to the instruction.
bool HasWord(Opcode opcode);

struct Instruction {
  Opcode opcode;
  uint16_t a;
  int16_t b;
  int16_t c;

  int32_t n() const { return static_cast<int32_t>(static_cast<uint16_t>(b) | static_cast<uint32_t>(c) << 16); }
  static Instruction Wide(Opcode opcode, uint16_t a, int32_t n) {
    return {opcode, a, static_cast<int16_t>(n), static_cast<int16_t>(n >> 16)};
  }
};
static_assert(sizeof(Instruction) == 8);

/// The most registers, constants or globals that operands can name.
inline constexpr int kMostOperands = 32'000;

}  // namespace firn::starlark
