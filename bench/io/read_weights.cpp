// Reading 100 MB of safetensors from the page cache, against memcpy of the same bytes. Rounds take turns; medians.
//   memcpy, new memory      mmap, memcpy into memory that is made for it     the measure for read_safetensors
//   memcpy, warm memory     mmap, memcpy into memory that is there           the measure for loading into a model
//   read_safetensors        tensors with memory of their own
//   map_safetensors, copy   tensors that are the file's pages, copied into parameters
//   load_weights            the same, with the comparison of names and the test for finite numbers
#include <dynvision/core/ops.hpp>
#include <dynvision/io/weights.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace dynvision;

namespace {

constexpr int n_tensors = 25, n_rounds = 21;
constexpr std::int64_t n_values = 1'000'000;  // of each: 100 MB in all

struct Way {
  char const* name;
  std::size_t measure;  // the way that it is compared with
  std::function<void()> run;
  std::vector<double> seconds{};

  double median() {
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
  }
};

}  // namespace

int main() {
  std::filesystem::path const path =
      std::filesystem::temp_directory_path() / ("dynvision-bench-" + std::to_string(::getpid()) + ".safetensors");
  Parameters parameters;
  for (int i = 0; i < n_tensors; ++i) parameters.push_back({"layer" + std::to_string(i), randn({n_values})});
  save_weights(path, parameters);
  std::vector<char> warm(std::filesystem::file_size(path));

  std::array<Way, 5> ways{{
      {"memcpy, new memory", 0,
       [&] {
         MappedFile const mapped{InputFile(path)};
         std::unique_ptr<void, void (*)(void*)> const memory(std::malloc(mapped.size()), std::free);
         std::memcpy(memory.get(), mapped.begin(), mapped.size());
         warm[0] = *static_cast<char volatile*>(memory.get());
       }},
      {"memcpy, warm memory", 1,
       [&] {
         MappedFile const mapped{InputFile(path)};
         std::memcpy(warm.data(), mapped.begin(), mapped.size());
       }},
      {"read_safetensors", 0, [&] { read_safetensors(path); }},
      {"map_safetensors, copy", 1,
       [&] {
         TensorMap const tensors = map_safetensors(path);
         for (Parameter const& p : parameters) p.tensor.copy_(tensors[p.name]);
       }},
      {"load_weights", 1, [&] { load_weights(path, parameters); }},
  }};
  for (int round = 0; round <= n_rounds; ++round) {
    for (Way& way : ways) {
      auto const start = std::chrono::steady_clock::now();
      way.run();
      std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
      if (round > 0) way.seconds.push_back(taken.count());
    }
  }
  std::filesystem::remove(path);
  for (Way& way : ways) {
    double const seconds = way.median();
    std::printf("%-24s %7.1f ms  %6.2f GB/s  %4.0f %% of %s\n", way.name, seconds * 1e3,
                static_cast<double>(warm.size()) / seconds / 1e9, 100 * ways[way.measure].median() / seconds,
                ways[way.measure].name);
  }
}
