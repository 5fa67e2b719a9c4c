// The page of all keys of a configuration, from their descriptions.
//
//   cmake --build build --target docs.keys && build/docs/docs.keys docs/reference/configuration.md --write
//
// Without --write: whether the page is what the descriptions say.
#include <dynvision/config/key_reference.hpp>
#include <dynvision/io/file/atomic_file.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

int main(int count, char** arguments) {
  std::string const path = count > 1 ? arguments[1] : "docs/reference/configuration.md";
  std::string const page = dynvision::config::key_reference();
  if (count > 2 && std::string(arguments[2]) == "--write") {
    dynvision::AtomicFile file(path);
    file.write(page);
    file.commit();
    return 0;
  }
  std::ifstream file(path, std::ios::binary);
  std::string const there((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (there == page) return 0;
  std::printf("%s is out of date (--write brings it up to date)\n", path.c_str());
  return 1;
}
