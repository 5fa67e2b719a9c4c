// A file of reference numbers, from the folder that DYNVISION_GOLDEN names; the test is skipped without it.
#pragma once
#include <dynvision/io/safetensors/safetensors.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

inline dynvision::TensorMap golden(std::string const& name) {
  char const* const folder = std::getenv("DYNVISION_GOLDEN");
  std::filesystem::path const path = std::filesystem::path(folder ? folder : "") / name;
  if (folder == nullptr || !std::filesystem::exists(path)) SKIP("no reference file " << name << " (DYNVISION_GOLDEN)");
  return dynvision::read_safetensors(path);
}
