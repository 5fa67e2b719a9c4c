// Toolchain: the compiler and the flags that this program was built with. What it compiles itself must be compiled alike.
//
//   Toolchain const& built_with()      of this program, in the library of dynvision::variants (written by CMake)
#pragma once
#include <dynvision/version.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dynvision::variants {

struct Toolchain {
  std::string compiler{};                      // path
  std::string compiler_version{};              // as it calls itself
  std::string libtorch{};                      // version of its headers
  std::vector<std::string> flags{};            // of the language and the optimiser
  std::vector<std::string> options{};          // of targets
  std::vector<std::string> definitions{};      // without -D
  std::vector<std::string> include_folders{};  // where the headers of the library and of LibTorch lie
  std::string installed_headers{};             // where the library's go if they are installed
  std::string headers_id{};                    // of the library's headers that this program was built from
  std::string precompiled{};                   // a header of g++ beside its .gch, where the program was built
};

Toolchain const& built_with();

// "a|b" -> a, b; empty ones are left out.
inline std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    std::size_t const end = text.find('|');
    if (end != 0) all.emplace_back(text.substr(0, end));
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
  }
  return all;
}

// What a compiled variant must have in common with the program that loads it, as text.
inline std::string build_id(Toolchain const& by) {
  std::string id = "dynvision ";
  id.append(version).append(" ").append(by.headers_id).append("\nLibTorch ").append(by.libtorch).append("\n");
  id.append(by.compiler).append(" ").append(by.compiler_version).append("\n");
  for (auto const* const list : {&by.flags, &by.options, &by.definitions, &by.include_folders}) {
    for (std::string const& one : *list) id.append(one).append("\n");
  }
  return id;
}

}  // namespace dynvision::variants
