#include "cli/completion_command.h"

#include <fmt/format.h>

#include "cli/exit_code.h"

namespace firn::cli {
namespace {

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Bash, and zsh through its bashcompinit: words of the command that has been typed so far, else file names.
std::string BashScript(const std::vector<CommandWords>& words) {
  std::string script =
      "_firn() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"${COMP_WORDS[i]}\" in -*) ;; *) path=\"${path:+$path }${COMP_WORDS[i]}\" ;; esac\n"
      "  done\n"
      "  local choices=\"\"\n"
      "  case \"$path\" in\n";
  for (const CommandWords& command : words) {
    // Arguments behind a command do not end its options.
    const std::string pattern = command.path.empty()       ? "\"\""
                                : command.commands.empty() ? fmt::format("\"{}\"*", command.path)
                                                           : fmt::format("\"{}\"", command.path);
    script += fmt::format("    {}) choices=\"{}\" ;;\n", pattern, Join(command.commands) + " " + Join(command.options));
  }
  script +=
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$choices\" -- \"$word\"))\n"
      "  if [ ${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- \"$word\")); fi\n"
      "}\n"
      "complete -o filenames -F _firn firn\n";
  return script;
}

std::string FishScript(const std::vector<CommandWords>& words) {
  std::string script;
  for (const CommandWords& command : words) {
    std::string condition = "__fish_use_subcommand";
    if (!command.path.empty()) {
      condition.clear();
      std::string_view rest = command.path;
      while (!rest.empty()) {
        const size_t blank = rest.find(' ');
        condition +=
            fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", rest.substr(0, blank));
        rest = blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
      }
    }
    if (!command.commands.empty())
      script += fmt::format("complete -c firn -n '{}' -f -a '{}'\n", condition, Join(command.commands));
    for (const std::string& option : command.options) {
      if (option.starts_with("--"))
        script += fmt::format("complete -c firn -n '{}' -l {}\n", condition, option.substr(2));
    }
  }
  return script;
}

}  // namespace

int RunCompletion(const std::string& shell, const std::vector<CommandWords>& words) {
  if (shell == "bash") {
    fmt::print("{}", BashScript(words));
  } else if (shell == "zsh") {
    fmt::print("autoload -U +X bashcompinit && bashcompinit\n{}", BashScript(words));
  } else if (shell == "fish") {
    fmt::print("{}", FishScript(words));
  } else {
    return Report(InvalidConfig("completion is for bash, zsh or fish, not '{}'", shell));
  }
  return kDone;
}

}  // namespace firn::cli
