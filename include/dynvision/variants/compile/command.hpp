// The command that compiles a variant into a shared object, and what it has read.
//
// The object has nothing of the library in it but what belongs to the model's types: it takes the rest, and LibTorch, from the
// program that loads it (LINKER:--export-dynamic). What is inline there and here is one in both, state included: the linker
// takes the program's. -fno-gnu-unique, because types of one name in the files of two users must not be one. -O1, where the
// program has -O2 or -O3: a quarter less to wait for, and a run takes as long (the loops over numbers are written as vectors,
// what they call is the program's).
//
// Errors: variants.113.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/variants/cache/content_id.hpp>
#include <dynvision/variants/compile/toolchain.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::variants {

// Where the headers lie that the program was built from: in its source tree, where they are installed, or beside the program
// (prefix/bin and prefix/include).
inline std::string headers_of(Toolchain const& by) {
  namespace fs = std::filesystem;
  std::vector<std::string> places = by.include_folders;
  places.push_back(by.installed_headers);
  std::error_code none;
  fs::path const program = fs::read_symlink("/proc/self/exe", none);
  if (!program.empty()) places.push_back((program.parent_path().parent_path() / "include").string());
  std::string others;
  for (std::string const& place : places) {
    std::string const id = headers_id(fs::path(place) / "dynvision");
    if (id == by.headers_id) return place;
    if (!id.empty()) others += (others.empty() ? "" : ", ") + place;
  }
  if (others.empty()) {
    std::string all;
    for (std::string const& place : places) all += (all.empty() ? "" : ", ") + place;
    fail("variants", 113,
         {"the headers of the library are in none of ", all,
          ": expected them where they were when this "
          "program was built, or installed beside it"});
  }
  fail("variants", 113,
       {"the headers in ", others, " have changed since this program was built: build the program anew"});
}

// Whether the headers precompiled where the program was built are those in `place`: g++ looks at flags, not at contents.
inline bool has_precompiled(Toolchain const& by, std::string const& place) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path const made = by.precompiled + ".gch";
  bool const is_of_place =
      std::find(by.include_folders.begin(), by.include_folders.end(), place) != by.include_folders.end();
  if (by.precompiled.empty() || !is_of_place || !fs::is_regular_file(made, error)) return false;
  auto const when = fs::last_write_time(made, error);
  for (fs::recursive_directory_iterator at(fs::path(place) / "dynvision", error), end; !error && at != end;
       at.increment(error)) {
    if (at->is_regular_file(error) && fs::last_write_time(at->path(), error) > when) return false;
  }
  return !error;
}

inline std::vector<std::string> compile_command(Toolchain const& by, std::string const& compiler,
                                                std::filesystem::path const& source,
                                                std::filesystem::path const& object,
                                                std::filesystem::path const& dependencies) {
  std::vector<std::string> words{compiler};
  for (auto const* const list : {&by.flags, &by.options}) {
    for (std::string const& flag : *list) words.push_back(flag == "-O2" || flag == "-O3" ? "-O1" : flag);
  }
  for (std::string const& one : by.definitions) words.push_back("-D" + one);
  std::string const headers = headers_of(by);
  words.insert(words.end(), {"-isystem", headers});
  for (std::string const& one : by.include_folders) {
    if (one != headers && one != "/usr/include") words.insert(words.end(), {"-isystem", one});
  }
  words.insert(words.end(), {"-w", "-fPIC", "-shared", "-fvisibility=default"});
  if (by.compiler_version.find("lang") == std::string::npos) {
    words.push_back("-fno-gnu-unique");
    if (has_precompiled(by, headers)) words.insert(words.end(), {"-include", by.precompiled});
  }
  words.insert(words.end(), {"-MMD", "-MF", dependencies.string(), "-o", object.string(), source.string()});
  return words;
}

// The files that a rule of make names behind its colon, without `source` and what is precompiled: those of the user.
inline std::vector<std::filesystem::path> read_sources(std::string_view rule, std::filesystem::path const& source,
                                                       std::string const& precompiled = {}) {
  std::vector<std::filesystem::path> all;
  std::string one;
  auto const end_one = [&] {
    bool const is_own = !one.empty() && one != source && (precompiled.empty() || !one.starts_with(precompiled));
    if (is_own) all.emplace_back(one);
    one.clear();
  };
  std::size_t i = rule.find(": ");
  if (i == rule.npos) return all;
  for (i += 2; i < rule.size(); ++i) {
    char const c = rule[i];
    if (c == '\\' && i + 1 < rule.size() && (rule[i + 1] == ' ' || rule[i + 1] == '#' || rule[i + 1] == '\\')) {
      one += rule[++i];
    } else if (c == '$' && i + 1 < rule.size() && rule[i + 1] == '$') {
      one += rule[++i];
    } else if (c == ' ' || c == '\n' || c == '\\') {
      end_one();
    } else {
      one += c;
    }
  }
  end_one();
  return all;
}

}  // namespace dynvision::variants
