// The loaders of a benchmark: what it takes to read a training set and to put it in batches once.
//
// Each level has the same images in its own form, grey and 28 x 28 as those of Fashion-MNIST, in files that lie in a folder of
// their own until the loaders are gone. They are read when the system has them in its memory already: what is measured is the
// form of the files, not the disk.
#pragma once
#include <dynvision/data/images.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace program {

class BenchmarkLoaders {
 public:
  BenchmarkLoaders(std::filesystem::path folder, std::int64_t n_images);
  BenchmarkLoaders(BenchmarkLoaders const&) = delete;
  BenchmarkLoaders& operator=(BenchmarkLoaders const&) = delete;
  ~BenchmarkLoaders();

  // [1/s] images, of a level of the factor `loader`.
  double images_per_second(std::string const& level, std::int64_t batch_size);

 private:
  std::filesystem::path folder_;
  dynvision::Images memory_;
};

}  // namespace program
