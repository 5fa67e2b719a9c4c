#include "plain.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

namespace plain {

namespace {

namespace nn = torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;

struct AreaNumbers {
  std::string name;
  int in, between, out, kernel, stride;  // between: 0 with one convolution
  bool pooled;
};

std::vector<AreaNumbers> areas_of(std::string const& model) {
  if (model == "x2") return {{"layer1", 3, 0, 36, 3, 1, true}, {"layer2", 36, 0, 64, 3, 1, false}};
  if (model == "x4")
    return {{"V1", 3, 0, 36, 3, 1, true},
            {"V2", 36, 0, 64, 3, 1, true},
            {"V4", 64, 0, 121, 3, 1, false},
            {"IT", 121, 0, 256, 3, 2, false}};
  if (model == "x8")
    return {{"V1", 3, 64, 64, 5, 2, true},
            {"V2", 64, 144, 144, 3, 2, true},
            {"V4", 144, 256, 256, 3, 2, false},
            {"IT", 256, 529, 529, 3, 2, false}};
  throw std::invalid_argument("no model " + model);
}

std::map<std::string, std::string> skips_of(std::string const& model) {
  if (model == "x2") return {{"layer2", "layer1"}};
  return {{"V4", "V1"}, {"IT", "V2"}};
}

nn::Conv2dOptions convolution(int in, int out, int kernel, int stride = 1, int groups = 1) {
  return nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).groups(groups);
}

struct RecurrenceImpl : nn::Module {
  virtual Tensor forward(Tensor const& h) = 0;
};

struct Full : RecurrenceImpl {
  nn::Conv2d conv;
  Full(int channels, int kernel) : conv(register_module("conv", nn::Conv2d(convolution(channels, channels, kernel)))) {}
  Tensor forward(Tensor const& h) override { return conv(h); }
};

struct Self : RecurrenceImpl {
  Tensor weight, bias;
  Self(int, int)
      : weight(register_parameter("weight", torch::zeros(1))), bias(register_parameter("bias", torch::zeros(1))) {}
  Tensor forward(Tensor const& h) override { return weight * h + bias; }
};

struct DepthPointwise : RecurrenceImpl {
  nn::Conv2d depthwise_conv, pointwise_conv;
  DepthPointwise(int channels, int kernel)
      : depthwise_conv(
            register_module("depthwise_conv", nn::Conv2d(convolution(channels, channels, kernel, 1, channels)))),
        pointwise_conv(register_module("pointwise_conv", nn::Conv2d(convolution(channels, channels, 1)))) {}
  Tensor forward(Tensor const& h) override { return pointwise_conv(depthwise_conv(h)); }
};

struct PointDepthwise : DepthPointwise {
  using DepthPointwise::DepthPointwise;
  Tensor forward(Tensor const& h) override { return depthwise_conv(pointwise_conv(h)); }
};

struct Local : RecurrenceImpl {
  int side;
  nn::Conv2d conv{nullptr};
  Local(int channels, int) : side(static_cast<int>(std::lround(std::sqrt(channels)))) {
    int const quarter = side / 4, size = std::max(3, quarter % 2 ? quarter : quarter + 1);
    conv = register_module("conv", nn::Conv2d(convolution(1, 1, size).padding_mode(torch::kReflect)));
  }
  static Tensor mirror(Tensor const& given) {  // (B,H,f,W,f)
    using torch::indexing::Slice;
    Slice const odd(1, torch::indexing::None, 2);
    Tensor tiles = given.clone();
    tiles.index_put_({Slice(), odd}, tiles.index({Slice(), odd}).flip(2));
    tiles.index_put_({Slice(), Slice(), Slice(), odd}, tiles.index({Slice(), Slice(), Slice(), odd}).flip(4));
    return tiles;
  }
  Tensor forward(Tensor const& h) override {
    auto const b = h.size(0), c = h.size(1), height = h.size(2), width = h.size(3);
    Tensor tiles = mirror(h.reshape({b, side, side, height, width}).permute({0, 3, 1, 4, 2}));
    Tensor const plane = conv(tiles.reshape({b, 1, side * height, side * width}));
    tiles = mirror(plane.reshape({b, height, side, width, side}));
    return tiles.permute({0, 2, 4, 1, 3}).reshape({b, c, height, width});
  }
};

std::shared_ptr<RecurrenceImpl> recurrence_of(std::string const& name, int channels, int kernel) {
  if (name == "full") return std::make_shared<Full>(channels, kernel);
  if (name == "self") return std::make_shared<Self>(channels, kernel);
  if (name == "depthpointwise") return std::make_shared<DepthPointwise>(channels, kernel);
  if (name == "pointdepthwise") return std::make_shared<PointDepthwise>(channels, kernel);
  if (name == "local") return std::make_shared<Local>(channels, kernel);
  throw std::invalid_argument("no recurrence " + name);
}

struct AreaImpl : nn::Module {
  nn::Conv2d conv{nullptr}, conv2{nullptr};
  std::shared_ptr<RecurrenceImpl> recurrence;
  bool pooled;
  AreaImpl(AreaNumbers const& n, std::string const& recurrence_name) : pooled(n.pooled) {
    conv = register_module("conv", nn::Conv2d(convolution(n.in, n.between ? n.between : n.out, n.kernel, n.stride)));
    if (n.between) conv2 = register_module("conv2", nn::Conv2d(convolution(n.between, n.out, n.kernel)));
    recurrence = register_module("recurrence", recurrence_of(recurrence_name, n.out, n.kernel));
  }
  Tensor forward(Tensor const& x) { return conv2 ? conv2(torch::relu(conv(x))) : conv(x); }
};
TORCH_MODULE(Area);

struct DyRCNN : nn::Module {
  int n_timesteps;
  std::size_t delay;
  double rate = 2.0 / 5.0;  // dt/tau
  std::vector<std::string> names;
  std::vector<Area> areas;
  std::map<std::string, std::string> skips;
  std::map<std::string, nn::Conv2d> adapters;
  nn::Linear classifier{nullptr};

  DyRCNN(std::string const& model, std::string const& recurrence, int steps, int delay_steps)
      : n_timesteps(steps), delay(static_cast<std::size_t>(delay_steps)), skips(skips_of(model)) {
    std::map<std::string, int> channels;
    for (AreaNumbers const& n : areas_of(model)) {
      names.push_back(n.name);
      areas.push_back(register_module(n.name, Area(n, recurrence)));
      channels[n.name] = n.out;
    }
    for (auto const& [target, source] : skips) {
      nn::Conv2d const adapter(convolution(channels[source], channels[target], 1));
      adapters.emplace(target, register_module("addskip_" + target, adapter));
    }
    classifier = register_module("classifier", nn::Linear(channels[names.back()], 10));
  }

  Tensor forward(Tensor const& images) {  // (B,C,H,W) -> (B,T,K)
    std::map<std::string, std::deque<Tensor>> histories;
    std::vector<Tensor> outputs;
    for (int t = 0; t < n_timesteps; ++t) {
      Tensor x = images;
      for (std::size_t l = 0; l < names.size(); ++l) {
        auto& history = histories[names[l]];
        x = areas[l](x);
        if (history.size() >= delay) x = x + areas[l]->recurrence->forward(history[history.size() - delay]);
        if (auto const skip = skips.find(names[l]); skip != skips.end()) {
          Tensor const h = adapters.at(names[l])(histories[skip->second].back());
          std::vector<std::int64_t> const size{x.size(2), x.size(3)};
          x = x + F::interpolate(h, F::InterpolateFuncOptions().size(size).mode(torch::kNearest));
        }
        x = history.empty() ? rate * x : history.back() + rate * (x - history.back());
        x = torch::relu(x);
        history.push_back(x);
        if (history.size() > delay) history.pop_front();
        if (areas[l]->pooled) x = F::max_pool2d(x, F::MaxPool2dFuncOptions(3).stride(2).padding(1));
      }
      outputs.push_back(classifier(x.mean({2, 3})));
    }
    return torch::stack(outputs, 1);
  }
};

// "classifier.weight" is the library's "classifier.2.weight", "addskip_V4.weight" its "addskip_V4.conv.weight".
std::string library_name(std::string name) {
  if (name.starts_with("classifier.")) name.insert(std::string("classifier.").size(), "2.");
  if (name.starts_with("addskip_")) name.insert(name.find('.') + 1, "conv.");
  return name;
}

}  // namespace

Program program(std::string const& model, std::string const& recurrence, int n_timesteps, int delay) {
  auto const network = std::make_shared<DyRCNN>(model, recurrence, n_timesteps, delay);
  Program made;
  for (auto const& parameter : network->named_parameters()) {
    made.parameters.emplace(library_name(parameter.key()), parameter.value());
  }
  made.forward = [network](at::Tensor const& images) { return network->forward(images); };
  return made;
}

}  // namespace plain
