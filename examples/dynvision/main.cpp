// dynvision: recurrent convolutional networks from a configuration. `dynvision --help` lists the commands; each is a file here.
#include <dynvision/core/error.hpp>
#include <dynvision/run/keep_freed_memory.hpp>

#include <c10/util/Exception.h>

#include "all_commands.hpp"
#include "run_record.hpp"

#include <algorithm>
#include <iostream>

namespace program {

std::vector<Command const*> const& commands() {
  static std::vector<Command const*> const all{
      &train_command,   &test_command,      &predict_command,    &sweep_command,     &summary_command,
      &diagram_command, &plan_command,      &experiment_command, &measure_command,   &dynamics_command,
      &figure_command,  &benchmark_command, &record_command,     &compare_command,   &convert_command,
      &config_command,  &variants_command,  &doctor_command,     &completion_command};
  return all;
}

}  // namespace program

namespace {

// A message for people, or for machines where --json was asked for.
int report(std::vector<std::string> const& words, std::string const& message, int status) {
  if (std::find(words.begin(), words.end(), "--json") == words.end()) {
    std::cerr << message << std::endl;
    return status;
  }
  std::string text;
  for (char const c : message) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += ' ';
    } else {
      text += c;
    }
  }
  std::cout << "{\"error\": \"" << text << "\", \"status\": " << status << "}" << std::endl;
  return status;
}

}  // namespace

using dynvision::Error;

int main(int argc, char** argv) {
  dynvision::run::keep_freed_memory();
  std::vector<std::string> const words(argv + 1, argv + argc);
  program::started_with() = words;
  try {
    return program::start(words);
  } catch (Error const& error) {
    int const number = error.area() == "program" ? error.number() : 0;
    bool const misuse = error.area() == "config" || (number > 0 && number < 120) || (number >= 150 && number < 160);
    return report(words, error.what(), misuse ? program::misused : program::failed);
  } catch (c10::Error const& error) {
    std::string const what = dynvision::joined({"LibTorch: ", error.what_without_backtrace()});
    return report(words, Error("program", 121, what).what(), program::failed);
  } catch (std::bad_alloc const&) {
    char const* const what =
        "the memory is not enough: a smaller batch_size, or trainer.memory_budget; dynvision plan says how much is "
        "needed";
    return report(words, Error("program", 122, what).what(), program::failed);
  } catch (std::exception const& error) {
    return report(words, Error("program", 123, error.what()).what(), program::failed);
  }
}
