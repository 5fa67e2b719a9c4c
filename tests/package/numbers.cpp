// Every number of a training step, by both paths, as text: one line for a tensor, with all of its bits. The same from either
// form of the library.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/compiled.hpp>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

using namespace dynvision;

namespace {

void print(std::string const& name, Tensor const& x) {
  Tensor const y = x.detach().to(at::kFloat).contiguous();
  std::uint64_t sum = 14695981039346656037u;  // FNV-1a
  for (std::int64_t i = 0; i < y.numel(); ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, y.const_data_ptr<float>() + i, sizeof bits);
    sum = (sum ^ bits) * 1099511628211u;
  }
  std::printf("%s %lld %016llx\n", name.c_str(), static_cast<long long>(y.numel()),
              static_cast<unsigned long long>(sum));
}

template <class Model> void train(std::string const& name, at::ScalarType dtype) {
  Model model(Options{.n_classes = 3, .input_dims = {3, 16, 16}, .seed = 1, .dtype = dtype});
  Tensor images = zeros({2, 3, 16, 16}, at::TensorOptions(dtype));
  for (std::int64_t i = 0; i < images.numel(); ++i)
    images.view({-1}).select(0, i).fill_(0.01 * static_cast<double>(i * 37 % 101));
  for (bool const compiled : {false, true}) {
    run::Settings const settings{.n_timesteps = 6, .idle_timesteps = 1, .record = true};
    run::Activity const all = compiled ? run::compiled(model, images, settings) : run::unroll(model, images, settings);
    std::string const path = name + (compiled ? " compiled " : " reference ");
    print(path + "outputs", all.outputs);
    all.outputs.square().sum().backward();
    for (Parameter const& parameter : model.parameters()) {
      Tensor& gradient = parameter.tensor.mutable_grad();
      if (gradient.defined()) print(path + std::string(parameter.name), gradient);
      gradient = Tensor{};
    }
  }
}

}  // namespace

int main() {
  train<DyRCNNx4<Full>>("x4", at::kFloat);
  train<DyRCNNx2<Local>>("x2 local", at::kFloat);
  train<DyRCNNx2<Self>>("x2 self", at::kDouble);
}
