#include "formats/glob/glob.h"

#include <algorithm>

// A pattern becomes a little program, run on all its paths at once (Thompson's way), so that no pattern is slow.

namespace firn::glob {
namespace {

/// Takes a code point off the front of `text`; a byte that is not UTF-8 stands for itself, beyond all code points.
uint32_t TakeCharacter(std::string_view& text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  uint32_t character = length == 1 ? lead : lead & (0xFFu >> (length + 1));
  bool valid = length != 0 && lead < 0xF5 && text.size() >= length;
  for (size_t i = 1; valid && i < length; ++i) {
    valid = (byte(i) & 0xC0) == 0x80;
    character = (character << 6) | (byte(i) & 0x3Fu);
  }
  if (!valid) character = 0x110000u + lead;
  text.remove_prefix(valid ? length : 1);
  return character;
}

constexpr int kMaxDepth = 16;

}  // namespace

class Compiler {
 public:
  Compiler(std::string_view pattern, Glob& glob) : pattern_(pattern), rest_(pattern), glob_(glob) {}

  Status Run() {
    FIRN_TRY(Sequence(0));
    Emit({});
    return OkStatus();
  }

 private:
  using Instruction = Glob::Instruction;
  using Kind = Instruction::Kind;

  uint32_t here() const { return static_cast<uint32_t>(glob_.program_.size()); }
  uint32_t Emit(Instruction instruction) {
    glob_.program_.push_back(instruction);
    return here() - 1;
  }
  Error Unfinished() const { return InvalidInput("pattern \"{}\" ends too early", pattern_); }

  /// Up to the end, or to the comma or brace that ends an alternative.
  Status Sequence(int depth) {
    while (!rest_.empty()) {
      if (depth > 0 && (rest_.front() == ',' || rest_.front() == '}')) return OkStatus();
      FIRN_TRY(Element(depth));
    }
    return depth == 0 ? OkStatus() : Status(Unfinished());
  }

  Status Element(int depth) {
    const uint32_t character = TakeCharacter(rest_);
    switch (character) {
      case '*':
        EmitStar();
        return OkStatus();
      case '?':
        Emit({Kind::kNotSeparator, false, 0, 0, 0});
        return OkStatus();
      case '[':
        return Set();
      case '{':
        return Alternatives(depth + 1);
      case '\\':
        if (rest_.empty()) return Unfinished();
        Emit({Kind::kCharacter, false, TakeCharacter(rest_), 0, 0});
        return OkStatus();
      default:
        Emit({Kind::kCharacter, false, character, 0, 0});
        return OkStatus();
    }
  }

  void EmitStar() {
    const bool crosses_separators = !rest_.empty() && rest_.front() == '*';
    while (!rest_.empty() && rest_.front() == '*') rest_.remove_prefix(1);
    const uint32_t split = Emit({Kind::kSplit, false, 0, 0, 0});
    Emit({crosses_separators ? Kind::kAny : Kind::kNotSeparator, false, 0, 0, 0});
    Emit({Kind::kJump, false, 0, split, 0});
    glob_.program_[split].target = here();
  }

  Status Set() {
    Instruction instruction{Kind::kSet, false, 0, 0, static_cast<uint32_t>(glob_.sets_.size())};
    if (!rest_.empty() && rest_.front() == '!') {
      instruction.negated = true;
      rest_.remove_prefix(1);
    }
    Glob::Ranges ranges;
    while (true) {
      if (rest_.empty()) return Unfinished();
      uint32_t low = TakeCharacter(rest_);
      if (low == ']') break;
      if (low == '\\') {
        if (rest_.empty()) return Unfinished();
        low = TakeCharacter(rest_);
      }
      uint32_t high = low;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        rest_.remove_prefix(1);
        high = TakeCharacter(rest_);
        if (high < low) return InvalidInput("pattern \"{}\" has a range whose end is before its begin", pattern_);
      }
      ranges.emplace_back(low, high);
    }
    if (ranges.empty()) return InvalidInput("pattern \"{}\" has an empty set", pattern_);
    glob_.sets_.push_back(std::move(ranges));
    Emit(instruction);
    return OkStatus();
  }

  Status Alternatives(int depth) {
    if (depth > kMaxDepth) return InvalidInput("pattern \"{}\" nests deeper than {}", pattern_, kMaxDepth);
    std::vector<uint32_t> jumps;
    while (true) {
      const uint32_t split = Emit({Kind::kSplit, false, 0, 0, 0});
      FIRN_TRY(Sequence(depth));
      jumps.push_back(Emit({Kind::kJump, false, 0, 0, 0}));
      const bool last = rest_.front() == '}';
      rest_.remove_prefix(1);
      // The last alternative has no other way: its split leads on itself.
      glob_.program_[split].target = last ? split + 1 : here();
      if (last) break;
    }
    for (const uint32_t jump : jumps) glob_.program_[jump].target = here();
    return OkStatus();
  }

  std::string_view pattern_;
  std::string_view rest_;
  Glob& glob_;
};

Result<Glob> Glob::Compile(std::string_view pattern, std::string_view separators) {
  Glob glob;
  while (!separators.empty()) glob.separators_ += static_cast<char32_t>(TakeCharacter(separators));
  FIRN_TRY(Compiler(pattern, glob).Run());
  return glob;
}

bool Glob::Accepts(const Instruction& instruction, uint32_t character) const {
  switch (instruction.kind) {
    case Instruction::Kind::kCharacter:
      return instruction.character == character;
    case Instruction::Kind::kNotSeparator:
      return separators_.find(static_cast<char32_t>(character)) == std::u32string::npos;
    case Instruction::Kind::kAny:
      return true;
    case Instruction::Kind::kSet: {
      const Ranges& ranges = sets_[instruction.set];
      const auto holds = [&](const auto& range) { return range.first <= character && character <= range.second; };
      return std::any_of(ranges.begin(), ranges.end(), holds) != instruction.negated;
    }
    default:
      return false;
  }
}

void Glob::Follow(uint32_t at, std::vector<uint32_t>& threads, std::vector<uint32_t>& seen, uint32_t step) const {
  std::vector<uint32_t> pending = {at};
  while (!pending.empty()) {
    const uint32_t next = pending.back();
    pending.pop_back();
    if (seen[next] == step) continue;
    seen[next] = step;
    const Instruction& instruction = program_[next];
    if (instruction.kind == Instruction::Kind::kJump) {
      pending.push_back(instruction.target);
    } else if (instruction.kind == Instruction::Kind::kSplit) {
      pending.push_back(instruction.target);
      pending.push_back(next + 1);
    } else {
      threads.push_back(next);
    }
  }
}

bool Glob::Matches(std::string_view text) const {
  std::vector<uint32_t> seen(program_.size(), 0);
  std::vector<uint32_t> threads, next;
  uint32_t step = 1;
  Follow(0, threads, seen, step);
  while (!text.empty()) {
    if (threads.empty()) return false;
    const uint32_t character = TakeCharacter(text);
    next.clear();
    ++step;
    for (const uint32_t thread : threads) {
      if (Accepts(program_[thread], character)) Follow(thread + 1, next, seen, step);
    }
    std::swap(threads, next);
  }
  const uint32_t end = static_cast<uint32_t>(program_.size()) - 1;
  return std::find(threads.begin(), threads.end(), end) != threads.end();
}

bool HasMeta(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

Result<GlobList> GlobList::Compile(const std::vector<std::string>& patterns, std::string_view separators) {
  GlobList list;
  // As in Telegraf, `{` and `\` are plain text unless some pattern of the list has a star, question mark or bracket.
  const bool any_meta = std::any_of(patterns.begin(), patterns.end(), &HasMeta);
  for (const std::string& pattern : patterns) {
    if (!any_meta) {
      list.exact_.insert(pattern);
      continue;
    }
    FIRN_ASSIGN(Glob glob, Glob::Compile(pattern, separators));
    list.globs_.push_back(std::move(glob));
  }
  return list;
}

bool GlobList::Matches(std::string_view text) const {
  if (!exact_.empty()) return exact_.contains(std::string(text));
  return std::any_of(globs_.begin(), globs_.end(), [&](const Glob& glob) { return glob.Matches(text); });
}

}  // namespace firn::glob
