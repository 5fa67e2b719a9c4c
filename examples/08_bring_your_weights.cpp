// Weights from elsewhere: a PyTorch checkpoint with other names and other classes becomes the start of a model here.
//
//   cmake --build build --target example.08_bring_your_weights && build/examples/08_bring_your_weights
//
// The checkpoint is made here as PyTorch would write it; in earnest it comes from torch.save.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/io/torch/writer.hpp>
#include <dynvision/io/weights.hpp>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 8, 5, 2>, Recur<Self<8>>, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<8, 16, 3, 2>, Recur<Self<16>>, Evolve<Euler>, Relu, Record, Delay> {};
using MyNet = Model<V1, V2>;

int main() {
  auto const folder = std::filesystem::temp_directory_path() / ("dynvision-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  auto const checkpoint = folder / "checkpoint.pt";
  write_torch(checkpoint,
              {{"module.features.0.weight", randn({8, 3, 5, 5})},
               {"module.features.0.bias", randn({8})},
               {"module.features.3.weight", randn({16, 8, 3, 3})},
               {"module.features.3.bias", randn({16})},
               {"module.fc.weight", randn({1000, 16})},
               {"module.fc.bias", randn({1000})}},
              {{"epoch", "90"}});

  // [look]
  TensorMap const file = read_tensors(checkpoint);
  for (auto const& [name, tensor] : file) std::printf("%-26s %s\n", name.c_str(), shape_text(tensor.sizes()).c_str());
  std::printf("saved after epoch %s\n", file.metadata.at("epoch").c_str());
  // [/look]

  MyNet net({.n_classes = 10, .input_dims = {3, 32, 32}, .seed = 1});
  // [names]
  NameTable const names{
      .title = "my old network",
      .rules = {{"features.0", "V1.conv"}, {"features.3", "V2.conv"}, {"fc", "classifier.2"}},
      .without = {"*.recurrence.*", "tau_*"},  // what the old network did not have keeps its value
  };
  // [/names]

  // [load]
  WeightsReport const report =
      load_weights(checkpoint, net.parameters(),
                   {.names = names,
                    .adapt_classes = true,  // 1000 classes there, 10 here: the head starts anew
                    .train_rest = true});   // train only what was not loaded
  std::printf("%s\n", report_text(report).c_str());
  // [/load]

  // [trainable]
  train_only(net.parameters(), {"classifier.*", "*.recurrence.*"});
  for (Parameter const& p : net.parameters()) {
    if (p.tensor.requires_grad()) std::printf("trained: %s\n", p.name.c_str());
  }
  // [/trainable]

  // [save]
  save_weights(folder / "weights.safetensors", net.parameters(), {{"model_name", "MyNet"}});
  write_torch(folder / "weights.pt", named_tensors(net.parameters()));                            // torch.load
  write_torch(folder / "weights.pth", named_tensors(net.parameters()), {}, TorchFormat::legacy);  // before PyTorch 1.6
  write_npz(folder / "weights.npz", named_tensors(net.parameters()));                             // numpy.load
  // [/save]
  std::filesystem::remove_all(folder);
}
