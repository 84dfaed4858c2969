#include "starlark/resolve/scopes.h"

#include <algorithm>
#include <utility>

#include "starlark/syntax/spelling.h"

namespace firn::starlark {
namespace {

/// Functions and comprehensions inside each other: the time that a name takes to be looked up.
constexpr size_t kMostLevels = 100;
/// Free variables of all functions together: each level of nesting multiplies them.
constexpr size_t kMostCaptures = 1 << 20;
/// Names of other blocks that blocks keep for hints.
constexpr size_t kMostRemembered = 1 << 20;
/// A hint compares with all names in sight.
constexpr size_t kMostHints = 20;

bool IsLocalKind(Scope scope) {
  return scope == Scope::kLocal || scope == Scope::kCell || scope == Scope::kFree;
}

}  // namespace

Scopes::Scopes(File& file, const Environment& environment, ErrorList& errors)
    : file_(file), environment_(environment), errors_(errors) {
  current_ = &blocks_.emplace_back();
  current_->container = current_;
}

// ---- step 1: on the way through the program

Scopes::Block& Scopes::EnterBlock() {
  Block& block = blocks_.emplace_back();
  block.parent = current_;
  block.container = current_->container;
  block.level = current_->level + 1;
  current_->children.push_back(&block);
  current_ = &block;
  return block;
}

void Scopes::EnterFunction(FunctionNode& function) {
  Block& block = EnterBlock();
  block.container = &block;
  block.function = &function;
  block.scope = file_.arena.New<FunctionScope>();
  function.scope = block.scope;
  if (block.level == kMostLevels + 1)
    errors_.Add(function.position, "functions are nested too deeply, limit is {}", kMostLevels);
}

void Scopes::EnterComprehension() {
  EnterBlock();
}

void Scopes::LeaveFunction() {
  SettleLocalUses(*current_);
  current_ = current_->parent;
}

Binding* Scopes::NewBinding(Scope scope, size_t index, const Identifier& first) {
  return file_.arena.New<Binding>(scope, static_cast<uint32_t>(index), first.name, first.position);
}

Binding* Scopes::NewGlobal(const Identifier& first) {
  Binding* binding = NewBinding(Scope::kGlobal, global_list_.size(), first);
  globals_.emplace(first.name.data(), binding);
  global_list_.push_back(binding);
  return binding;
}

bool Scopes::Bind(Identifier& identifier) {
  if (current_ != &blocks_.front()) return BindLocal(identifier);
  const char* key = identifier.name.data();
  const Binding* known = nullptr;
  if (const auto local = current_->bindings.find(key); local != current_->bindings.end()) {
    known = local->second;
  } else if (const auto global = globals_.find(key); global != globals_.end()) {
    known = global->second;
  }
  identifier.binding = known != nullptr ? known : NewGlobal(identifier);
  if (known != nullptr && !file_.options.allow_global_reassign)
    errors_.Add(identifier.position, "cannot reassign {} {} declared at {}:{}:{}", ScopeName(known->scope),
                identifier.name, file_.name, known->first.line, known->first.column);
  return known != nullptr;
}

bool Scopes::BindLocal(Identifier& identifier) {
  const auto [entry, is_new] = current_->bindings.emplace(identifier.name.data(), nullptr);
  if (is_new) {
    auto& locals = current_->container->locals;
    entry->second = NewBinding(Scope::kLocal, locals.size(), identifier);
    locals.push_back(entry->second);
  }
  identifier.binding = entry->second;
  return !is_new;
}

void Scopes::Use(Identifier& identifier) {
  const NameUse use{&identifier, current_};
  // Where globals may be bound again, a use on the top level means what the name means there and then, as in Python
  // and as build files rely on it: `print(len); len = 1` prints the built-in.
  if (file_.options.allow_global_reassign && current_ == &blocks_.front()) {
    identifier.binding = LookUpInFile(use);
    return;
  }
  current_->container->uses.push_back(use);
}

// ---- step 2: at the end of a function or file

Binding* Scopes::FindWithinFunction(const NameUse& use) {
  for (Block* block = use.block; block != nullptr; block = block->parent) {
    const auto found = block->bindings.find(use.identifier->name.data());
    if (found != block->bindings.end()) return found->second;
    if (block->function != nullptr) return nullptr;
  }
  return nullptr;
}

void Scopes::SettleLocalUses(Block& container) {
  std::vector<NameUse> open;
  for (const NameUse& use : container.uses) {
    const Binding* binding = FindWithinFunction(use);
    use.identifier->binding = binding;
    if (binding == nullptr) open.push_back(use);
  }
  container.uses = std::move(open);
}

// ---- step 3: at the end of the file

void Scopes::Finish() {
  Block& file_block = blocks_.front();
  SettleLocalUses(file_block);
  if (!errors_.is_full()) SettleOuterUses(file_block);
  for (const Block& block : blocks_) {
    if (block.function == nullptr) continue;
    block.scope->locals = file_.arena.Copy(block.locals);
    block.scope->free_variables = file_.arena.Copy(block.free_variables);
  }
  auto* module = file_.arena.New<ModuleScope>();
  module->locals = file_.arena.Copy(file_block.locals);
  module->globals = file_.arena.Copy(global_list_);
  file_.scope = module;
}

/// Recursion is as deep as blocks are nested.
void Scopes::SettleOuterUses(Block& block) {
  if (block.level > kMostLevels) return;
  for (Block* child : block.children) SettleOuterUses(*child);
  for (const NameUse& use : block.uses) use.identifier->binding = LookUpOutwards(use, *use.block);
}

Binding* Scopes::LookUpOutwards(const NameUse& use, Block& block) {
  if (block.parent == nullptr) return LookUpInFile(use);
  const char* key = use.identifier->name.data();
  if (const auto known = block.bindings.find(key); known != block.bindings.end()) return known->second;
  Binding* outer = LookUpOutwards(use, *block.parent);
  if (block.function != nullptr && IsLocalKind(outer->scope)) outer = Capture(block, *outer);
  // Kept, so that a function captures a variable once and reports a name once; and so that hints know the name.
  const bool is_needed = outer->scope == Scope::kFree;
  if (is_needed || ++remembered_ <= kMostRemembered) block.bindings.emplace(key, outer);
  return outer;
}

Binding* Scopes::Capture(Block& function, Binding& outer) {
  if (++captures_ == kMostCaptures)
    errors_.Add(function.function->position, "functions capture too many variables, limit is {}", kMostCaptures);
  if (captures_ >= kMostCaptures) return &outer;
  if (outer.scope == Scope::kLocal) outer.scope = Scope::kCell;
  auto& free_variables = function.free_variables;
  Binding* free =
      file_.arena.New<Binding>(Scope::kFree, static_cast<uint32_t>(free_variables.size()), outer.name, outer.first);
  free_variables.push_back(&outer);
  return free;
}

Binding* Scopes::LookUpInFile(const NameUse& use) {
  const char* key = use.identifier->name.data();
  const auto& loaded = blocks_.front().bindings;
  if (const auto local = loaded.find(key); local != loaded.end()) return local->second;
  if (const auto global = globals_.find(key); global != globals_.end()) return global->second;
  if (environment_.earlier_globals && environment_.earlier_globals(use.identifier->name))
    return NewGlobal(*use.identifier);
  if (const auto given = given_.find(key); given != given_.end()) return given->second;
  return LookUpGiven(use);
}

Binding* Scopes::LookUpGiven(const NameUse& use) {
  const std::string_view name = use.identifier->name;
  Binding* binding = file_.arena.New<Binding>(Scope::kUndefined, 0U, name, Position{});
  const auto find = [&](const NameLookup& lookup, Scope scope) {
    const auto index = lookup ? lookup(name) : std::nullopt;
    if (!index) return false;
    binding->scope = scope;
    binding->index = *index;
    return true;
  };
  if (find(environment_.predeclared, Scope::kPredeclared)) {
    given_.emplace(name.data(), binding);
  } else if (find(environment_.universal, Scope::kUniversal)) {
    given_.emplace(name.data(), binding);
    if (name == "set" && !file_.options.allow_set)
      errors_.Add(use.identifier->position, "this Starlark dialect does not support sets");
  } else {
    ReportUndefined(use);
  }
  return binding;
}

void Scopes::ReportUndefined(const NameUse& use) {
  const Identifier& identifier = *use.identifier;
  const std::string_view hint = ++hints_ <= kMostHints ? FindHint(use) : std::string_view();
  if (hint.empty()) {
    errors_.Add(identifier.position, "undefined: {}", identifier.name);
  } else {
    errors_.Add(identifier.position, "undefined: {} (did you mean {}?)", identifier.name, hint);
  }
}

std::string_view Scopes::FindHint(const NameUse& use) const {
  std::vector<std::string_view> names;
  for (const Block* block = use.block; block != nullptr; block = block->parent)
    for (const auto& [key, binding] : block->bindings) names.push_back(binding->name);
  for (const Binding* global : global_list_) names.push_back(global->name);
  std::sort(names.begin(), names.end());
  return NearestName(use.identifier->name, names);
}

}  // namespace firn::starlark
