// make_model: a model of the structure that a configuration names; own_model: one of a user's own file.
//
//   AnyModel model = make_model({.model_name = "DyRCNNx4", .recurrence_target = "input"}, {.n_classes = 10});
//   AnyModel mine = own_model("my_areas.hpp", "MyNet", {.n_classes = 10});
//
// A model that is built in (variants/registry.hpp) is there at once. Any other is compiled on first use, with the compiler and
// the flags of the program, loaded, and kept in $XDG_CACHE_HOME/dynvision, else ~/.cache/dynvision, under its type and all that
// it was built with; the folder can be deleted at any time. Needs the target dynvision::variants. docs/concepts/variants.md.
//
// Errors: variants.111 ... variants.118.
#pragma once
#include <dynvision/variants/cache/folder_lock.hpp>
#include <dynvision/variants/cache/object_file.hpp>
#include <dynvision/variants/cache/private_folder.hpp>
#include <dynvision/variants/compile/command.hpp>
#include <dynvision/variants/compile/compiler_message.hpp>
#include <dynvision/variants/compile/compiler_run.hpp>
#include <dynvision/variants/compile/source_text.hpp>
#include <dynvision/variants/object/object_view.hpp>
#include <dynvision/variants/registry.hpp>
#include <dynvision/variants/structure.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct FirstUse {
  std::filesystem::path cache{};  // empty: $XDG_CACHE_HOME/dynvision, or ~/.cache/dynvision
  bool takes_built_in = true;     // false: also what is built in is compiled
  bool compiles = true;           // false: what is neither built in nor kept from before is an error
  bool quiet = false;             // no line that says what is compiled
  ProgressView view{};
  variants::Toolchain toolchain = variants::built_with();
};

namespace variants {

// What is to be compiled, and what it is called.
struct Wanted {
  std::string type;       // what AnyModel::type says
  std::string source;     // the lines that are compiled
  std::string file{};     // of the user's own
  std::string file_id{};  // of its contents
};

inline std::string no_such_variant(std::string const& type, std::string const& why) {
  std::string nearest;
  for (std::string const& one : nearest_variants(type)) nearest += (nearest.empty() ? "" : ", ") + one;
  return joined({type, " is none of the ", built_in_variants().size(), " models that this program has built in, and ",
                 why, ". The nearest of them: ", nearest,
                 ". All: `dynvision variants`; to build it in, add it to src/variants/list.hpp"});
}

// Whether an error is neither a sentence of the library nor one of the user's own file.
inline bool is_of_library(std::string const& output, std::string const& file) {
  std::string const message = compiler_message(output, file);
  return !message.starts_with("dynvision: ") && (file.empty() || message.find(file) == std::string::npos);
}

// Makes the object at `place`; `base`: its name without ending.
inline void compile_object(Wanted const& wanted, std::filesystem::path const& base, std::filesystem::path const& place,
                           std::string const& key, FirstUse const& how) {
  namespace fs = std::filesystem;
  std::string const compiler = find_program(how.toolchain.compiler);
  if (compiler.empty()) {
    std::string const why =
        joined({"the compiler is not here that would make it (", how.toolchain.compiler, ": install it)"});
    fail("variants", 111, wanted.file.empty() ? no_such_variant(wanted.type, why) : wanted.type + ": " + why);
  }
  fs::path const source = base.string() + ".cpp", log = base.string() + ".log", read = base.string() + ".d",
                 object = base.string() + ".o";
  {
    AtomicFile file(source);
    file.write(wanted.source);
    file.commit();
  }
  std::vector<std::string> command = compile_command(how.toolchain, compiler, source, object, read);
  bool done = false;
  {
    Waiting waiting(
        how.quiet ? ""
                  : "compiling " + wanted.type + " (once; kept in " + base.parent_path().parent_path().string() + ")",
        how.view);
    done = run_program(command, log, waiting);
    bool const precompiled = std::find(command.begin(), command.end(), "-include") != command.end();
    if (!done && precompiled && is_of_library(content_of(log).value_or(std::string()), wanted.file)) {
      Toolchain without = how.toolchain;  // what was precompiled does not fit after all
      without.precompiled.clear();
      command = compile_command(without, compiler, source, object, read);
      done = run_program(command, log, waiting);
    }
  }
  if (!done) {
    std::string const output = content_of(log).value_or(std::string());
    std::string words;
    for (std::string const& word : command) words += word + " ";
    AtomicFile whole(log);
    whole.write(output + "\n" + words + "\n");
    whole.commit();
    fail("variants", 114,
         {wanted.type, wanted.file.empty() ? "" : " of ", wanted.file, " does not compile: ",
          compiler_message(output, wanted.file), "\nAll that the compiler says: ", log.string()});
  }
  write_object(place, content_of(object).value_or(std::string()), key,
               read_sources(content_of(read).value_or(std::string()), source, how.toolchain.precompiled));
  std::error_code ignored;
  for (fs::path const& one : {source, log, read, object}) fs::remove(one, ignored);
}

// Those of this name that were made from other contents of its file.
inline void remove_older(std::filesystem::path const& place, std::string const& stem) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  std::vector<fs::path> older;
  for (fs::directory_iterator at(place.parent_path(), ignored), end; !ignored && at != end; at.increment(ignored)) {
    std::string const name = at->path().filename().string();
    if (name.starts_with(stem) && name.ends_with(".so") && at->path() != place) older.push_back(at->path());
  }
  for (fs::path const& one : older) fs::remove(one, ignored);
}

inline AnyModel made_on_first_use(Wanted const& wanted, Options const& options, FirstUse const& how) {
  namespace fs = std::filesystem;
  std::string const build = build_id(how.toolchain), key = wanted.file + "\n" + wanted.type + "\n" + build;
  fs::path const folder = private_folder((how.cache.empty() ? default_cache() : how.cache) / content_id(build), 2);
  std::string name;
  for (char const c : wanted.type.substr(0, 40)) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  std::string const stem = name + "-" + content_id(key).substr(0, 13);
  fs::path const base = folder / (stem + (wanted.file_id.empty() ? "" : "-" + wanted.file_id.substr(0, 13)));
  fs::path const place = base.string() + ".so";
  if (!is_sound_object(place, key)) {
    if (!how.compiles) {
      std::string const why = "it is not to be compiled";
      fail("variants", 112, wanted.file.empty() ? no_such_variant(wanted.type, why) : wanted.type + ": " + why);
    }
    FolderLock lock(folder / (stem + ".lock"));
    if (!lock.try_once()) {
      Waiting waiting(how.quiet ? "" : "another process compiles " + wanted.type, how.view);
      while (!lock.try_once()) waiting.show(), sleep_a_moment();
    }
    if (!is_sound_object(place, key)) compile_object(wanted, base, place, key, how);
    if (!wanted.file.empty()) remove_older(place, stem);
  }
  return load_object(place, how.toolchain, build).make(options, wanted.type);
}

}  // namespace variants

inline AnyModel make_model(Structure const& structure, Options const& options = {}, FirstUse const& how = {}) {
  std::string const type = type_of(structure);
  Variant const* const built_in = how.takes_built_in ? find_variant(type) : nullptr;
  if (built_in != nullptr) return built_in->make(options, type);
  std::vector<std::string_view> const headers = variants::resolved(structure).headers;
  std::string const source = variants::source_of_type(headers, type, variants::build_id(how.toolchain));
  return variants::made_on_first_use({.type = type, .source = source}, options, how);
}

// `type`: of a model in the file, as it is written in C++; it has a constructor from Options, as models have.
inline AnyModel own_model(std::filesystem::path const& file, std::string const& type, Options const& options = {},
                          FirstUse const& how = {}) {
  std::error_code error;
  std::filesystem::path const whole = std::filesystem::canonical(file, error);
  bool const is_file = !error && std::filesystem::is_regular_file(whole, error);
  auto const content = is_file ? variants::content_of(whole) : std::nullopt;
  if (!content || whole.string().find_first_of("\"\\\n") != std::string::npos) {
    fail("variants", 117,
         {"file ", file.string(), " of a model: ", error ? error.message() : "cannot be read",
          ": expected a header with a model in it, such as my_areas.hpp:MyNet"});
  }
  if (!variants::is_type_name(type)) {
    fail("variants", 118,
         {"\"", type, "\" of ", file.string(), ": expected the name of a type, such as MyNet or lab::MyNet"});
  }
  return variants::made_on_first_use({type, variants::source_of_own(whole, type, variants::build_id(how.toolchain)),
                                      whole.string(), variants::content_id(*content)},
                                     options, how);
}

}  // namespace dynvision
