#pragma once

#include <string>
#include <vector>

namespace firn::cli {

/// A command line word and what may follow it, as main.cc has defined them.
struct CommandWords {
  std::string path;                  ///< "table list"; "" = the program itself
  std::vector<std::string> options;  ///< "--json", …
  std::vector<std::string> commands;
};

/// `firn completion bash|zsh|fish`: prints a script for the shell, made from the program's own definitions.
int RunCompletion(const std::string& shell, const std::vector<CommandWords>& words);

}  // namespace firn::cli
