// A golden file with changes, written to another folder: what a test must notice, or must not mind.
#pragma once
#include "golden_file.hpp"

#include <functional>

namespace golden {

struct Edited {
  Json config;
  std::map<std::string, Tensor> tensors;

  explicit Edited(std::filesystem::path const& path) {
    dynvision::TensorMap const all = dynvision::read_safetensors(path);
    config = Json::parse(all.metadata.at("config"));
    for (auto const& [name, tensor] : all) tensors.emplace(name, tensor);
  }
  Edited() = default;

  std::filesystem::path write(std::filesystem::path const& path) const {
    dynvision::write_safetensors(path, std::vector<dynvision::TensorMap::Entry>(tensors.begin(), tensors.end()),
                                 {{"config", config.dump()}});
    return path;
  }
};

}  // namespace golden
