#include "cli/line_editor.h"

#include <editline/readline.h>

#include <cstdlib>

#include "cli/interruptible.h"

namespace firn::cli {
namespace {

constexpr int kHistoryLines = 1'000;

}  // namespace

LineEditor::LineEditor(const std::string& history_file) {
  using_history();
  stifle_history(kHistoryLines);
  const char* home = std::getenv("HOME");
  if (home == nullptr) return;
  path_ = std::string(home) + "/" + history_file;
  read_history(path_.c_str());
}

LineEditor::~LineEditor() {
  if (!path_.empty()) write_history(path_.c_str());
}

std::optional<std::string> LineEditor::ReadLine(const char* prompt) {
  const LetInterruptsThrough let_through;
  char* line = readline(prompt);
  if (line == nullptr) return std::nullopt;
  std::string text = line;
  std::free(line);
  return text;
}

void LineEditor::Remember(const std::string& text) {
  add_history(text.c_str());
}

}  // namespace firn::cli
