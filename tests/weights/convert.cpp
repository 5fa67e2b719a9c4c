// convert IN OUT...: reads tensors from a file of any format and writes them into others, as the endings say:
// .safetensors, .pt (zip), .pth (legacy), .npz. Metadata go along where the format has them.
#include <dynvision/io/tensor_file.hpp>
#include <dynvision/io/torch/writer.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>

using namespace dynvision;

int main(int argc, char** argv) try {
  if (argc < 2) throw std::runtime_error("usage: convert IN OUT...");
  TensorMap const tensors = read_tensors(argv[1]);
  for (int i = 2; i < argc; ++i) {
    std::filesystem::path const out = argv[i];
    if (out.extension() == ".safetensors") {
      write_safetensors(out, tensors);
    } else if (out.extension() == ".pt") {
      write_torch(out, tensors);
    } else if (out.extension() == ".pth") {
      write_torch(out, tensors, TorchFormat::legacy);
    } else if (out.extension() == ".npz") {
      write_npz(out, tensors);
    } else {
      throw std::runtime_error("no such format: " + out.string());
    }
  }
} catch (std::exception const& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
