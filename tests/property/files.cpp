// A file gives back what was written into it: names, order, shapes, types, bits; in every format that takes them.
#include <dynvision/io/numpy/npz.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>
#include <dynvision/io/tensor_file.hpp>
#include <dynvision/io/torch/writer.hpp>

#include "every.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

using namespace dynvision;
using namespace property;

namespace {

std::string drawn_name(laws::Dice& dice) {
  static std::vector<std::string> const pieces{"a",  "V1", ".",        "weight",       "_", "/", " ", "\"", "\\",
                                               "\n", "0",  "\xC3\xA9", "\xE6\xBC\xA2", ":", "{", "'"};
  std::string name;
  for (int n = dice.between(1, 5); n > 0; --n) name += dice.of(pieces);
  return name;
}

// Any bits, as a program may have them: also nan, subnormal numbers, and tensors that are views of others.
Tensor drawn_tensor(laws::Dice& dice, std::vector<at::ScalarType> const& dtypes) {
  at::ScalarType const dtype = dice.of(dtypes);
  std::vector<std::int64_t> sizes;
  for (int n = dice.between(0, 4); n > 0; --n) sizes.push_back(dice.between(0, 4));
  Tensor tensor = host_tensor(sizes, dtype);
  auto* const bytes = tensor.numel() > 0 ? static_cast<unsigned char*>(tensor.mutable_data_ptr()) : nullptr;
  for (std::size_t i = 0; i < tensor.nbytes(); ++i) {
    bytes[i] = static_cast<unsigned char>(dice.between(0, dtype == at::kBool ? 1 : 255));
  }
  if (tensor.dim() > 1 && dice.coin()) tensor = tensor.transpose(0, tensor.dim() - 1);
  if (tensor.dim() > 0 && tensor.size(0) > 1 && dice.coin()) tensor = tensor.narrow(0, 1, tensor.size(0) - 1);
  return tensor;
}

std::vector<TensorMap::Entry> drawn_tensors(laws::Dice& dice, std::vector<at::ScalarType> const& dtypes, int at_least) {
  TensorMap map;
  for (int n = dice.between(at_least, 4); n > 0; --n) {
    std::string name = drawn_name(dice);
    if (map.contains(name)) name = "n" + std::to_string(n);
    map.insert(name, drawn_tensor(dice, dtypes));
  }
  return {map.begin(), map.end()};
}

std::string text(std::vector<TensorMap::Entry> const& tensors) {
  std::string all;
  for (auto const& [name, tensor] : tensors) {
    all += "\n  \"" + name + "\" " + c10::toString(tensor.scalar_type()) + " " + shape_text(tensor.sizes()) +
           (tensor.is_contiguous() ? "" : ", a view");
  }
  return all;
}

void must_be_same(std::vector<TensorMap::Entry> const& written, TensorMap const& read) {
  must(read.size() == written.size(), std::to_string(read.size()) + " tensors of" + text(written));
  auto found = read.begin();
  for (auto const& [name, tensor] : written) {
    must(found->first == name, "\"" + found->first + "\" in place of \"" + name + "\" of" + text(written));
    must(same(found->second, tensor), "another tensor " + name + " of" + text(written));
    ++found;
  }
}

std::vector<at::ScalarType> const common{at::kFloat, at::kDouble, at::kHalf, at::kLong, at::kInt,
                                         at::kShort, at::kChar,   at::kByte, at::kBool};
std::vector<at::ScalarType> with(std::vector<at::ScalarType> dtypes, std::initializer_list<at::ScalarType> more) {
  dtypes.insert(dtypes.end(), more);
  return dtypes;
}

}  // namespace

TEST_CASE("safetensors give back what was written", "[property][io]") {
  TemporaryFolder const folder;
  every(150, [&](laws::Dice& dice) {
    auto const written = drawn_tensors(dice, with(common, {at::kBFloat16, at::kFloat8_e4m3fn, at::kFloat8_e5m2}), 0);
    std::map<std::string, std::string> metadata;
    for (int n = dice.between(0, 3); n > 0; --n) metadata[drawn_name(dice)] = drawn_name(dice);
    write_safetensors(folder / "a", written, metadata);
    TensorMap const read = read_tensors(folder / "a");
    must_be_same(written, read);
    must(read.metadata == metadata, "other metadata");
  });
}

// Files without a tensor are refused by readers that look for a table of weights.
TEST_CASE("PyTorch's files give back what was written", "[property][io]") {
  TemporaryFolder const folder;
  every(150, [&](laws::Dice& dice) {
    auto const written = drawn_tensors(dice, with(common, {at::kBFloat16, at::kComplexFloat}), 1);
    auto const format = dice.coin() ? TorchFormat::legacy : TorchFormat::zip;
    write_torch(folder / "a", written, {}, format);
    must_be_same(written, read_tensors(folder / "a"));
  });
}

TEST_CASE("NPZ gives back what was written", "[property][io]") {
  TemporaryFolder const folder;
  every(150, [&](laws::Dice& dice) {
    auto const written = drawn_tensors(dice, with(common, {at::kComplexDouble}), 1);
    try {
      write_npz(folder / "a.npz", written);
    } catch (Error const& error) {  // a name that cannot be one of a file
      return must(std::string(error.what()).find("io.267") != std::string::npos, error.what() + text(written));
    }
    must_be_same(written, read_tensors(folder / "a.npz"));
  });
}
