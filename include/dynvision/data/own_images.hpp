// Labelled images of one's own, from the files that Python writes: safetensors, PyTorch, NPZ, NPY.
//
// For the part "train" or "test", what is there first counts:
//   a folder      PART.safetensors | PART.pt | PART.npz, or PART_images.npy and PART_labels.npy
//   a file        its tensors PART_images and PART_labels, or images and labels (the same for both parts)
// Images (N,H,W), (N,C,H,W), or (N,H,W,C) with C = 1 or 3 last, of uint8 or floats; labels (N) of integers. Integers p become
// p/255, or stay p (`divide` = false). Names of the classes: the metadata "classes" of a safetensors file, separated by commas
// ("cat,dog"); without them "0", "1", ... up to the largest label.
//
// Errors: data.151 … data.155, and those of the formats.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/data/images.hpp>
#include <dynvision/io/tensor_file.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace dynvision {

namespace own_images {

inline std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::size_t const comma = std::min(text.find(','), text.size());
    std::string_view word = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

struct Found {
  std::string file;  // for messages
  Tensor images, labels;
  std::string classes{};
};

inline Found found_in(TensorMap const& tensors, std::filesystem::path const& path, std::string const& part) {
  for (std::string const& prefix : {part + "_", std::string()}) {
    if (!tensors.contains(prefix + "images") || !tensors.contains(prefix + "labels")) continue;
    auto const classes = tensors.metadata.find("classes");
    return {path.string(), tensors[prefix + "images"], tensors[prefix + "labels"],
            classes == tensors.metadata.end() ? "" : classes->second};
  }
  std::string names;
  for (auto const& entry : tensors) names += (names.empty() ? "" : ", ") + entry.first;
  fail("data", 152,
       {path.string(), ": expected tensors ", part, "_images and ", part, "_labels, or images and labels, found ",
        names.empty() ? "none" : names});
}

inline Found find(std::filesystem::path const& path, std::string const& part) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return found_in(read_tensors(path), path, part);
  if (!std::filesystem::is_directory(path, ignored)) {
    fail("data", 151, {path.string(), ": expected a file of images and labels, or a folder of them, found none"});
  }
  for (char const* const ending : {".safetensors", ".pt", ".npz"}) {
    std::filesystem::path const file = path / (part + ending);
    if (std::filesystem::is_regular_file(file, ignored)) return found_in(read_tensors(file), file, part);
  }
  std::filesystem::path const images = path / (part + "_images.npy"), labels = path / (part + "_labels.npy");
  if (std::filesystem::is_regular_file(images, ignored) && std::filesystem::is_regular_file(labels, ignored)) {
    return {images.string(), read_npy(images), read_npy(labels)};
  }
  std::vector<std::string> names;
  for (auto const& entry : std::filesystem::directory_iterator(path, ignored)) {
    if (names.size() < 20) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::string all;
  for (std::string const& name : names) all += (all.empty() ? "" : ", ") + name;
  fail("data", 151,
       {path.string(), ": expected ", part, ".safetensors, ", part, ".pt, ", part, ".npz, or ", part,
        "_images.npy and ", part, "_labels.npy, found ", all.empty() ? "an empty folder" : all});
}

// (N,C,H,W) float32 of what a file holds.
inline Tensor as_images(Tensor images, std::string const& file, bool divide) {
  bool const integers = images.scalar_type() == at::kByte;
  if ((images.dim() != 3 && images.dim() != 4) || !(integers || images.is_floating_point()) || images.numel() == 0) {
    fail("data", 153,
         {file, ": images: expected (N,H,W), (N,C,H,W) or (N,H,W,C) of uint8 or floats, found ",
          shape_text(images.sizes()), " ", c10::toString(images.scalar_type())});
  }
  auto const colours = [](std::int64_t n) { return n == 1 || n == 3; };
  if (images.dim() == 3) images = images.unsqueeze(1);
  if (colours(images.size(3)) && !colours(images.size(1))) images = images.permute({0, 3, 1, 2});
  images = images.to(at::kFloat).contiguous();
  return integers && divide ? images.div(255.0) : images;
}

}  // namespace own_images

// `part`: "train" or "test".
inline Images read_own_images(std::filesystem::path const& path, std::string const& part, bool divide = true) {
  own_images::Found found = own_images::find(path, part);
  Tensor images = own_images::as_images(found.images, found.file, divide);
  Tensor const labels = found.labels;
  bool const whole = c10::isIntegralType(labels.scalar_type(), false);
  if (labels.dim() != 1 || !whole) {
    fail("data", 154,
         {found.file, ": labels: expected (N) of integers, found ", shape_text(labels.sizes()), " ",
          c10::toString(labels.scalar_type())});
  }
  Images set{std::move(images), labels.to(at::kLong).contiguous(), own_images::words_of(found.classes)};
  if (set.classes.empty()) {
    std::int64_t const largest = set.labels.numel() > 0 ? set.labels.max().item<std::int64_t>() : 0;
    if (largest > 1'000'000) {
      fail("data", 155, {found.file, ": labels: expected numbers of classes below 1000000, found ", largest});
    }
    for (std::int64_t k = 0; k <= std::max<std::int64_t>(largest, 0); ++k) set.classes.push_back(number_text(k));
  }
  check_images(set);
  return set;
}

}  // namespace dynvision
