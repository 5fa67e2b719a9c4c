// The command line: CLI11 for the options of each command, and what is left over for the configuration.
#include <dynvision/core/error.hpp>
#include <dynvision/version.hpp>

#include "command.hpp"
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace program {

namespace {

class OfOneCommand : public CommandLine {
 public:
  explicit OfOneCommand(Command const& command)
      : app_(std::string(command.what), "dynvision " + std::string(command.name)) {
    app_.set_help_flag("-h,--help", "print this");
    app_.footer("Examples:\n" + std::string(command.examples));
    app_.get_formatter()->column_width(34);
  }

  void flag(std::string const& name, bool& to, std::string const& help) override { app_.add_flag(name, to, help); }
  void value(std::string const& name, std::string& to, std::string const& help, std::string const& type) override {
    app_.add_option(name, to, help)->type_name(type)->capture_default_str();
  }
  void values(std::string const& name, std::vector<std::string>& to, std::string const& help,
              std::string const& type) override {
    app_.add_option(name, to, help)->type_name(type + " ...")->expected(1, -1);
  }
  void maybe_value(std::string const& name, std::optional<std::string>& to, std::string const& help,
                   std::string const& type) override {
    CLI::callback_t const take = [&to](std::vector<std::string> const& given) {
      to = given.empty() || given.front() == nothing ? "" : given.front();
      return true;
    };
    app_.add_option(name, take, help)->type_name("[" + type + "]")->expected(0, 1)->default_str(nothing);
  }
  void argument(std::string const& name, std::string& to, std::string const& help, bool required) override {
    app_.add_option(name, to, help)->type_name("")->required(required);
    has_arguments_ = true;
  }
  void arguments(std::string const& name, std::vector<std::string>& to, std::string const& help) override {
    app_.add_option(name, to, help)->type_name("")->required()->expected(1, -1);
    has_arguments_ = true;
  }
  void word(std::string const& name, std::string& to, std::string const& help,
            std::vector<std::string> const& words) override {
    words_ = words;
    has_arguments_ = true;
    app_.add_option(name, to, help)->type_name("")->required()->check([this](std::string const& given) {
      bool const known = std::find(words_.begin(), words_.end(), given) != words_.end();
      return known ? std::string() : "\"" + given + "\": " + dynvision::expected_one_of(given, words_);
    });
  }
  void keys(std::vector<std::string>& to) override {
    keys_ = &to;
    app_.footer(app_.get_footer() +
                "\nEvery key of the configuration is an option, with its section, alone, or by its alias:\n"
                "  --model.tau 9 --epochs 3 --lr 1e-3        (dynvision config explain KEY; config show lists all)\n");
  }

  void everything(std::vector<std::string>& to) override { everything_ = &to; }

  // true: there is something to run.
  bool parse(std::vector<std::string> const& words) {
    if (everything_ != nullptr) {
      *everything_ = words;
      return true;
    }
    std::vector<std::string> own;
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::string const& word = words[i];
      if (word == "--") {  // what follows are arguments, whatever they look like
        own.insert(own.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
        break;
      }
      bool const is_option = word.size() > 2 && word.starts_with("--");
      std::string const name = word.substr(0, word.find('='));
      if (!is_option || app_.get_option_no_throw(name) != nullptr) {
        own.push_back(word);
        continue;
      }
      if (keys_ == nullptr) {
        dynvision::fail("program", 101, {"\"", name, "\": ", dynvision::expected_one_of(name, names())});
      }
      keys_->push_back(word);
      // All that follows, or where a command has arguments of its own one word.
      bool const one = word.find('=') != std::string::npos;
      for (bool more = !one; more && i + 1 < words.size() && !words[i + 1].starts_with("--"); more = !has_arguments_) {
        keys_->push_back(words[++i]);
      }
    }
    std::reverse(own.begin(), own.end());  // as CLI11 wants them
    try {
      app_.parse(own);
    } catch (CLI::CallForHelp const&) {
      std::cout << app_.help();
      return false;
    } catch (CLI::ParseError const& error) {
      dynvision::fail("program", 102, {error.what(), " (", app_.get_name(), " --help shows what is possible)"});
    }
    return true;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (CLI::Option const* option : app_.get_options()) {
      for (std::string const& name : option->get_lnames()) all.push_back("--" + name);
    }
    return all;
  }
  std::vector<std::string> const& words() const { return words_; }
  bool takes_keys() const { return keys_ != nullptr; }

 private:
  static constexpr char const* nothing = "";
  CLI::App app_;
  std::vector<std::string> words_;
  std::vector<std::string>* keys_ = nullptr;
  std::vector<std::string>* everything_ = nullptr;
  bool has_arguments_ = false;
};

std::string help() {
  std::string text =
      "dynvision " + std::string(dynvision::version) +
      ": recurrent convolutional networks in continuous time, from a configuration.\n\n"
      "usage: dynvision COMMAND ...                   dynvision COMMAND --help says more, with examples\n\n";
  std::size_t width = 0;
  for (Command const* command : commands()) width = std::max(width, command->name.size());
  for (Command const* command : commands()) {
    text += "  " + std::string(command->name) + std::string(width + 3 - command->name.size(), ' ') +
            std::string(command->what) + "\n";
  }
  return text +
         "\nExit status: 0, 1 after an error, 2 where the command line or the configuration is wrong, 130 after "
         "Ctrl-C.\n";
}

}  // namespace

int start(std::vector<std::string> words) {
  if (words.empty()) {
    std::cerr << help();
    return misused;
  }
  std::string const name = words.front();
  if (name == "-h" || name == "--help" || name == "help") {
    std::cout << help();
    return done;
  }
  if (name == "--version") {
    std::cout << "dynvision " << dynvision::version << "\n";
    return done;
  }
  words.erase(words.begin());
  std::vector<std::string_view> names;
  for (Command const* command : commands()) {
    names.push_back(command->name);
    if (name != command->name) continue;
    OfOneCommand line(*command);
    std::function<int()> const command_itself = command->declare(line);
    return line.parse(words) ? command_itself() : done;
  }
  dynvision::fail("program", 103, {"\"", name, "\": ", dynvision::expected_one_of(name, names)});
}

std::string completion_script() {
  std::string all, cases;
  for (Command const* command : commands()) {
    OfOneCommand line(*command);
    command->declare(line);
    all += (all.empty() ? "" : " ") + std::string(command->name);
    std::string words;
    for (std::string const& word : line.words()) words += word + " ";
    for (std::string const& word : line.names()) words += word + " ";
    cases += "    " + std::string(command->name) + ") words=\"" + words + "\"";
    if (line.takes_keys()) cases += "; keys=yes";
    cases += " ;;\n";
  }
  return R"(# Completes the words of dynvision in bash:   source <(dynvision completion bash)
_dynvision() {
  local word=${COMP_WORDS[COMP_CWORD]} words= keys=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ")" +
         all + R"( --help --version" -- "$word"))
    return
  fi
  case ${COMP_WORDS[1]} in
)" + cases +
         R"(  esac
  case $word in
    --*)
      if [ -n "$keys" ]; then
        [ -n "${_dynvision_keys:-}" ] || _dynvision_keys=$("${COMP_WORDS[0]}" config keys 2> /dev/null)
        words="$words $_dynvision_keys"
      fi
      COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "${words//--[a-z-]*/}" -- "$word") $(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _dynvision dynvision
)";
}

}  // namespace program
