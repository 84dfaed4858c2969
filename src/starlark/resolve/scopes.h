#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "starlark/resolve/binding.h"
#include "starlark/resolve/error_list.h"
#include "starlark/resolve/resolver.h"

namespace firn::starlark {

/// Finds out what every identifier means, in three steps.
///
/// A name is local to a function if the function binds it anywhere, and global if the file binds it anywhere: so a use
/// may come before what decides about it. (1) On the way through the program bindings are entered into their block,
/// uses are put aside in the enclosing function or file. (2) At the end of a function those of its own names are
/// settled. (3) At the end of the file the others are looked up outwards, innermost functions first: a local of an
/// enclosing function becomes a cell, and a free variable of every function between; what no function knows is a
/// global, predeclared, universal – or undefined.
class Scopes {
 public:
  Scopes(File& file, const Environment& environment, ErrorList& errors);
  Scopes(const Scopes&) = delete;
  Scopes& operator=(const Scopes&) = delete;

  void EnterFunction(FunctionNode& function);
  void LeaveFunction();
  void EnterComprehension();
  void LeaveComprehension() { current_ = current_->parent; }

  /// Whether a function is around, however far.
  bool is_in_function() const { return current_->container->function != nullptr; }

  /// Makes `identifier` a name of the current block: a global of the file, else a local. True if it already was one; a
  /// global that may not be bound again is reported.
  bool Bind(Identifier& identifier);
  /// The same, but local to the file where no function is around.
  bool BindLocal(Identifier& identifier);
  void Use(Identifier& identifier);

  FunctionScope& function_scope() { return *current_->scope; }

  /// Step 3; then the tree has all scopes.
  void Finish();

 private:
  struct Block;

  struct NameUse {
    Identifier* identifier;
    Block* block;
  };

  /// Names by the address of their one copy in the arena.
  using BindingMap = std::unordered_map<const char*, Binding*>;

  struct Block {
    Block* parent = nullptr;
    Block* container = nullptr;        ///< the innermost function or file around, or this block itself
    FunctionNode* function = nullptr;  ///< of a function's block
    FunctionScope* scope = nullptr;    ///< of a function's block
    size_t level = 0;                  ///< blocks around
    BindingMap bindings;
    std::vector<Block*> children;
    // Of containers only:
    std::vector<NameUse> uses;
    std::vector<const Binding*> locals;
    std::vector<const Binding*> free_variables;
  };

  Block& EnterBlock();
  Binding* NewBinding(Scope scope, size_t index, const Identifier& first);
  Binding* NewGlobal(const Identifier& first);
  static Binding* FindWithinFunction(const NameUse& use);
  static void SettleLocalUses(Block& container);
  void SettleOuterUses(Block& block);
  Binding* LookUpOutwards(const NameUse& use, Block& block);
  Binding* Capture(Block& function, Binding& outer);
  Binding* LookUpInFile(const NameUse& use);
  Binding* LookUpGiven(const NameUse& use);
  void ReportUndefined(const NameUse& use);
  std::string_view FindHint(const NameUse& use) const;

  File& file_;
  const Environment& environment_;
  ErrorList& errors_;
  std::deque<Block> blocks_;  ///< the first is the file's
  Block* current_ = nullptr;
  BindingMap globals_;
  std::vector<const Binding*> global_list_;
  BindingMap given_;  ///< predeclared and universal names in use
  size_t captures_ = 0;
  size_t remembered_ = 0;
  size_t hints_ = 0;
};

}  // namespace firn::starlark
