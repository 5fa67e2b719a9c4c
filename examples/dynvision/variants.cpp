// dynvision variants: the models that are built in, those that were compiled on first use, and the nearest to a request.
#include <dynvision/variants/cache/private_folder.hpp>
#include <dynvision/variants/registry.hpp>
#include <dynvision/variants/structure.hpp>

#include "all_commands.hpp"
#include "study.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace program {

namespace {

using namespace dynvision;

// Names of the objects in the cache, without what tells builds apart.
std::vector<std::string> kept_objects() {
  std::vector<std::string> all;
  std::error_code error;
  std::filesystem::path const folder = dynvision::variants::default_cache_if_any();
  if (folder.empty()) return all;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".so") all.push_back(at->path().lexically_relative(folder).string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

int variants(StudyWords const& words, bool json) {
  std::vector<std::string> built_in, kept = kept_objects(), nearest;
  for (Variant const& one : built_in_variants()) built_in.push_back(one.type);
  std::string wanted;
  if (!words.files.empty() || !words.keys.empty()) {
    wanted = type_of(Study(words, "train").values.structure);
    nearest = nearest_variants(wanted);
  }
  bool const there = find_variant(wanted) != nullptr;
  if (json) {
    Json all{{"built_in", built_in}, {"kept", kept}};
    if (!wanted.empty()) all.update({{"wanted", wanted}, {"is_built_in", there}, {"nearest", nearest}});
    std::cout << all.dump(2) << std::endl;
    return done;
  }
  if (!wanted.empty()) {
    std::cout << wanted
              << (there ? " is built in.\n" : " is not built in: it is compiled when it is first used, and kept.\n");
    if (!there) std::cout << "The nearest that are: " << joined_words(nearest) << "\n";
    std::cout << std::flush;
    return done;
  }
  std::cout << built_in.size() << " models are built in:\n";
  for (std::string const& one : built_in) std::cout << "  " << one << "\n";
  if (!kept.empty())
    std::cout << kept.size() << " were compiled on first use, in "
              << dynvision::variants::default_cache_if_any().string() << ":\n";
  for (std::string const& one : kept) std::cout << "  " << one << "\n";
  std::cout << "Any other is compiled when it is first used (docs/concepts/variants.md)." << std::endl;
  return done;
}

}  // namespace

Command const variants_command{
    "variants", "list the models that are built in, and those that were compiled on first use",
    "  dynvision variants\n"
    "  dynvision variants --model_name DyRCNNx4 --rctype local --feedback mul      is it there? what is nearest?\n",
    [](CommandLine& line) {
      auto const words = std::make_shared<StudyWords>();
      auto const json = std::make_shared<bool>(false);
      take_study(line, *words);
      line.flag("--json", *json, "the same for programs");
      return [words, json] { return variants(*words, *json); };
    }};

}  // namespace program
