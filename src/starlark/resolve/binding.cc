#include "starlark/resolve/binding.h"

namespace firn::starlark {

std::string_view ScopeName(Scope scope) {
  switch (scope) {
    case Scope::kUndefined:
      return "undefined";
    case Scope::kLocal:
      return "local";
    case Scope::kCell:
      return "cell";
    case Scope::kFree:
      return "free";
    case Scope::kGlobal:
      return "global";
    case Scope::kPredeclared:
      return "predeclared";
    case Scope::kUniversal:
      return "universal";
  }
  return "";
}

}  // namespace firn::starlark
