#pragma once

#include <optional>
#include <string>

namespace firn::cli {

/// Lines that a person types, with editing and a history that is kept in a file of the home folder. One at a time: the
/// library below has one history.
class LineEditor {
 public:
  /// `history_file` is a name in $HOME; without that nothing is kept.
  explicit LineEditor(const std::string& history_file);
  /// Writes the history.
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// A line without its end; none at the end of input. Ctrl-C ends the program meanwhile.
  std::optional<std::string> ReadLine(const char* prompt);
  /// Enters a text into the history.
  void Remember(const std::string& text);

 private:
  std::string path_;
};

}  // namespace firn::cli
