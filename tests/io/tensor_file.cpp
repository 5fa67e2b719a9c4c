// covers: io/file/mapped_file.hpp
// covers: io/safetensors/mapped.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/io/tensor_file.hpp>
#include <dynvision/io/torch/writer.hpp>

#include "failure.hpp"
#include "temporary_folder.hpp"
#include "tensors.hpp"
#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace dynvision;

TEST_CASE("mapped tensors are the bytes of the file", "[io][safetensors]") {
  TemporaryFolder const folder;
  std::vector<TensorMap::Entry> entries{{"none", numbered({0, 3}, at::kFloat)}, {"flag", numbered({5}, at::kBool)}};
  for (auto const& dtype : safetensors_dtypes)
    entries.emplace_back(std::string(dtype.name), numbered({2, 3}, dtype.type));
  write_safetensors(folder / "a", entries, {{"k", "v"}});
  std::optional<TensorMap> mapped = map_safetensors(folder / "a");
  REQUIRE(mapped->size() == entries.size());
  for (auto const& [name, tensor] : entries) CHECK(same((*mapped)[name], tensor));
  CHECK(mapped->metadata.at("k") == "v");
  // Writing changes memory, not the file; a tensor outlives the map; a file that is replaced stays.
  std::string const before = contents(folder / "a");
  Tensor const one = (*mapped)["F32"];
  one.fill_(7);
  mapped.reset();
  write_safetensors(folder / "a", {{"other", numbered({1}, at::kFloat)}});
  CHECK(one[1][2].item<double>() == 7);
  write_safetensors(folder / "b", entries, {{"k", "v"}});
  CHECK(contents(folder / "b") == before);
}

TEST_CASE("numbers that are not aligned are copied", "[io][safetensors]") {
  TemporaryFolder const folder;
  std::string const header =
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})";
  std::string bytes(8, '\0');
  bytes[0] = static_cast<char>(header.size());
  auto const path = folder.file("a", bytes + header + std::string("\7\0\0\x80\x3f", 5));
  CHECK(map_safetensors(path)["b"].item<double>() == 1);
  CHECK(failure([&] { map_safetensors(folder.file("c", "12345678")); }) == "io.132");
  CHECK(failure([&] { map_safetensors(folder.file("c", "")); }) == "io.131");
}

TEST_CASE("the content says the format", "[io]") {
  TemporaryFolder const folder;
  Tensor const w = numbered({2, 3}, at::kFloat);
  std::vector<TensorMap::Entry> const entries{{"w", w}};
  write_safetensors(folder / "a", entries);
  write_torch(folder / "b", entries);
  write_torch(folder / "c", entries, {}, TorchFormat::legacy);
  write_npz(folder / "d", entries);
  write_npy(folder / "w.bin", w);
  for (std::string const name : {"a", "b", "c", "d", "w.bin"}) {
    CHECK(same(read_tensors(folder / name)["w"], w));
    CHECK(same(read_tensors(folder / name, "", Reading::mapped)["w"], w));
  }
  CHECK(failure([&] { read_tensors(folder.file("e", "<html>not found</html>")); }) == "io.271");
  CHECK(failure([&] { read_tensors(folder.file("e", "")); }) == "io.131");
  CHECK(failure([&] { read_tensors(folder / "missing"); }) == "io.111");
}
