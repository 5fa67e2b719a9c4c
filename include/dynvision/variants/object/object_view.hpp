// ObjectView: what a loaded object shows (variants/object/object_interface.hpp), seen from the program; load_object.
//
// Loaded for good: its functions are in use as long as its models are, and its types may be known to LibTorch's graph.
//
// Errors: variants.115, variants.116.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/variants/any_model.hpp>
#include <dynvision/variants/compile/toolchain.hpp>

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace dynvision::variants {

struct ObjectView {
  std::size_t size;      // of this
  char const* build;     // build_id of the program that had it compiled
  char const* compiler;  // that compiled it
  char const* libtorch;  // whose headers it was compiled with
  AnyModel (*make)(Options const& options, std::string type);
};

// dlopen knows what is loaded by its path: an object that was made anew since this process loaded the one before is opened by
// another path of its own.
inline void* opened(std::filesystem::path const& place) {
  static std::mutex mutex;
  static std::map<std::string, ::ino_t> loaded;
  std::lock_guard const one_at_a_time(mutex);
  struct ::stat s {};
  if (::stat(place.c_str(), &s) != 0) return nullptr;
  auto const before = loaded.emplace(place.string(), s.st_ino).first;
  int const flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE;
  if (before->second == s.st_ino) return ::dlopen(place.c_str(), flags);
  std::string const other = place.string() + "." + number_text(s.st_ino) + "-" + number_text(::getpid());
  if (::link(place.c_str(), other.c_str()) != 0) return nullptr;
  void* const handle = ::dlopen(other.c_str(), flags);
  ::unlink(other.c_str());
  return handle;
}

// `build`: build_id of this program.
inline ObjectView const& load_object(std::filesystem::path const& place, Toolchain const& by, std::string_view build) {
  void* const handle = opened(place);
  void const* const found = handle == nullptr ? nullptr : ::dlsym(handle, "dynvision_variant");
  if (found == nullptr) {
    char const* const why = ::dlerror();
    fail("variants", 115,
         {place.string(), " cannot be loaded: ", why == nullptr ? "it shows no variant" : why,
          ": does the program link dynvision::variants, and nothing strip its symbols?"});
  }
  ObjectView const& object = *static_cast<ObjectView const*>(found);
  if (object.size != sizeof(ObjectView) || object.build != build || object.compiler != by.compiler_version ||
      object.libtorch != by.libtorch) {
    fail("variants", 116,
         {place.string(), " was compiled by ", object.compiler, " with LibTorch ", object.libtorch,
          ", this program by ", by.compiler_version, " with LibTorch ", by.libtorch, ": build the program anew"});
  }
  return object;
}

}  // namespace dynvision::variants
