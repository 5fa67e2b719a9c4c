// Data sets of the form of MNIST: grey images and their labels in four IDX files, for training and for the test.
//
// Pixels become (v/255 - mean)/std. Files: train-images-idx3-ubyte, train-labels-idx1-ubyte, and the same with t10k, .gz or
// unpacked, with a dash or, as many archives and unpackers have it, a dot before the format ("train-images.idx3-ubyte"); in the
// folder itself, in one of the file's own name, or where torchvision puts them (raw, FashionMNIST/raw, MNIST/raw).
//
// Errors: data.121 … data.124, and those of io/idx.hpp.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/data/images.hpp>
#include <dynvision/io/idx.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace dynvision {

struct IdxSet {
  std::string title;               // "Fashion-MNIST"
  std::string torchvision_folder;  // "FashionMNIST"
  std::string origin;              // where the files come from, for the message that they are not there
  std::filesystem::path folder;
  std::vector<std::string> classes;
  float mean = 0, standard_deviation = 1;  // of the training set's pixels in 0 … 1

  Images load(std::string_view part) const {  // "train" | "t10k"
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored)) {
      fail("data", 121, {folder.string(), ": expected the folder of the ", title, " files, found none (", origin, ")"});
    }
    Tensor const pixels = read_idx(file(part, "images", "idx3-ubyte"));  // (N,H,W)
    Tensor const labels = read_idx(file(part, "labels", "idx1-ubyte"));  // (N)
    if (pixels.dim() != 3 || pixels.scalar_type() != at::kByte || labels.dim() != 1 ||
        labels.scalar_type() != at::kByte) {
      fail("data", 122,
           {folder.string(), ": expected uint8 images (N,H,W) and uint8 labels (N), found ", shape_text(pixels.sizes()),
            " and ", shape_text(labels.sizes())});
    }
    if (!(standard_deviation > 0)) {
      fail("data", 123, {"standard_deviation: expected a number > 0, found ", standard_deviation});
    }
    Images set{host_tensor({pixels.size(0), 1, pixels.size(1), pixels.size(2)}, at::kFloat), labels.to(at::kLong),
               classes};
    std::array<float, 256> normalised{};
    for (std::size_t value = 0; value < normalised.size(); ++value) {
      normalised[value] = (static_cast<float>(value) / 255.0F - mean) / standard_deviation;
    }
    auto const* const from = pixels.const_data_ptr<std::uint8_t>();
    auto* const to = set.images.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < pixels.numel(); ++i) to[i] = normalised[from[i]];
    check_labels(set);
    return set;
  }

  std::filesystem::path file(std::string_view part, std::string_view kind, std::string_view format) const {
    std::error_code ignored;
    std::string const start = joined({part, "-", kind});
    for (char const* const mark : {"-", "."}) {
      std::string const name = joined({start, mark, format});
      for (std::filesystem::path const& where :
           {folder, folder / name, folder / "raw", folder / torchvision_folder / "raw"}) {
        for (char const* const ending : {".gz", ""}) {
          auto const path = where / (name + ending);
          if (std::filesystem::is_regular_file(path, ignored)) return path;
        }
      }
    }
    fail("data", 124,
         {folder.string(), ": expected ", start, "-", format, " or ", start, ".", format,
          ", as it is or .gz, found neither"});
  }
};

}  // namespace dynvision
