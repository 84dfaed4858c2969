#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "starlark/syntax/ast.h"
#include "starlark/syntax/scanner.h"

namespace firn::starlark {

/// What both halves of the parser stand on: one token of look-ahead, failure, and the making of nodes.
///
/// After a failure all tokens are kEnd, and what the parser builds from them is thrown away: so the productions go on
/// without checks.
class TokenReader {
 protected:
  TokenReader(std::string_view source, Arena& arena) : scanner_(source), arena_(arena) {}

  bool Is(TokenKind kind) const { return token_.kind == kind; }

  /// Moves on; the position of the token that is left behind.
  Position Take();

  /// Takes a token of this kind, or fails.
  Position Expect(TokenKind kind);

  /// Keeps the first failure. At the end of the text it also means that the text should go on.
  void Fail(Position position, std::string message);
  /// Fails behind the token at hand.
  void FailHere(std::string message) { Fail(scanner_.position(), std::move(message)); }
  bool has_failed() const { return scanner_.error().has_value(); }

  /// The arena's one copy of a name.
  std::string_view Intern(std::string_view name);

  /// A node with `children` nodes below it on the longest path.
  template <typename T>
  T* Make(Position position, int children, NodeKind kind = T::kKind) {
    if (children >= kMaxTreeDepth) FailTooDeep(position);
    T* node = arena_.New<T>();
    node->kind = kind;
    node->depth = static_cast<uint16_t>(std::min(children, kMaxTreeDepth) + 1);
    node->position = position;
    return node;
  }

  static int Depth(const Node* node) { return node == nullptr ? 0 : node->depth; }
  static int Depth(std::initializer_list<const Node*> nodes) {
    int deepest = 0;
    for (const Node* node : nodes) deepest = std::max(deepest, Depth(node));
    return deepest;
  }
  template <typename T>
  static int Depth(const std::vector<T*>& nodes) {
    int deepest = 0;
    for (const Node* node : nodes) deepest = std::max(deepest, Depth(node));
    return deepest;
  }

  /// Guards one recursion of the parser: where it would go too deep, that is a failure, and so its end.
  class Nesting {
   public:
    explicit Nesting(TokenReader& reader) : reader_(reader) {
      if (++reader_.nesting_ > kMaxNesting) reader_.FailTooDeep(reader_.token_.position);
    }
    ~Nesting() { --reader_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    TokenReader& reader_;
  };

  Scanner scanner_;
  Arena& arena_;
  Token token_;

 private:
  /// Less than kMaxTreeDepth: a level of nesting takes several frames of the stack here, while a long sum takes none.
  static constexpr int kMaxNesting = 500;

  void FailTooDeep(Position position);

  std::unordered_set<std::string_view> names_;
  int nesting_ = 0;
};

}  // namespace firn::starlark
