// dynvision completion bash: the script that completes its words.
#include "all_commands.hpp"

#include <iostream>

namespace program {

Command const completion_command{"completion", "print the script that completes the words of dynvision in a shell",
                                 "  source <(dynvision completion bash)\n", [](CommandLine& line) {
                                   auto const shell = std::make_shared<std::string>();
                                   line.word("shell", *shell, "bash", {"bash"});
                                   return [shell] {
                                     std::cout << completion_script();
                                     return done;
                                   };
                                 }};

}  // namespace program
