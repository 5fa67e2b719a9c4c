// What a run folder says of where its numbers come from: run.json.
//
//   command, repeat     what was typed, and the one command that gives the same numbers on this machine
//   versions, seeds, git, machine, started
//   data, classes, model     what was trained
#pragma once
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace program {

using Json = nlohmann::ordered_json;

// {"commit": ..., "branch": ..., "changed": [files]} of the folder that the program was started in; null: it is in none.
Json git_state();

// Versions of the program and of what it is made of, the machine, threads and the time.
Json about_this_program();

// A command as a shell takes it: words with blanks and other special characters are quoted.
std::string shell_text(std::vector<std::string> const& words);

// The words that this program was started with, for the record.
std::vector<std::string>& started_with();

}  // namespace program
