// A command of the program dynvision: a name, what it is for, and what may be said to it.
//
//   Command const doctor_command{"doctor", "...", "  dynvision doctor\n", [](CommandLine& line) {
//     auto json = std::make_shared<bool>(false);
//     line.flag("--json", *json, "...");
//     return [json] { return doctor(*json); };
//   }};
//
// What a command returns is the program's exit status: 0, 1 after an error, 2 where the command line or the configuration is
// wrong, 130 where it was stopped (Ctrl-C).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace program {

constexpr int done = 0, failed = 1, misused = 2, interrupted = 130;

// Where a command says what it takes. Names are long options ("--json") with at most one letter beside them ("-n,--dry-run").
class CommandLine {
 public:
  virtual ~CommandLine() = default;
  virtual void flag(std::string const& name, bool& to, std::string const& help) = 0;
  virtual void value(std::string const& name, std::string& to, std::string const& help, std::string const& type) = 0;
  virtual void values(std::string const& name, std::vector<std::string>& to, std::string const& help,
                      std::string const& type) = 0;
  // --resume, or --resume FOLDER
  virtual void maybe_value(std::string const& name, std::optional<std::string>& to, std::string const& help,
                           std::string const& type) = 0;
  // What stands alone: test RUN.
  virtual void argument(std::string const& name, std::string& to, std::string const& help, bool required) = 0;
  virtual void arguments(std::string const& name, std::vector<std::string>& to, std::string const& help) = 0;
  // One of these words: config show.
  virtual void word(std::string const& name, std::string& to, std::string const& help,
                    std::vector<std::string> const& words) = 0;
  // Every other option is a key of the configuration, "--model.tau 9" or "--lr=1e-3", kept as it was written.
  virtual void keys(std::vector<std::string>& to) = 0;
  // All words, --help too, are another program's.
  virtual void everything(std::vector<std::string>& to) = 0;
};

struct Command {
  std::string_view name, what, examples;
  std::function<std::function<int()>(CommandLine&)> declare;
};

// Every command, in the order of the help.
std::vector<Command const*> const& commands();

// What main does; `words` without the name of the program.
int start(std::vector<std::string> words);

// The script that completes commands, options and keys in bash.
std::string completion_script();

}  // namespace program
