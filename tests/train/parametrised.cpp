// What a parametrisation of a weight promises holds whatever an optimiser does to the numbers behind it.
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using laws::parameter;

namespace {

using Net = Model<Layer<"V1", Conv<1, 10, 3, 2, Masked<Sparse<50>>>, Recur<Full<10>, Masked<NoAutapses>, Dale<>>,
                        Evolve<Euler>, Relu, Record, Delay>,
                  Layer<"V2", Conv<10, 10, 3, 1, LowRank<3>, Dale<>, Masked<Sparse<30>>>,
                        AddSkip<"V1", Through<1>, Dale<>>, Evolve<Euler>, Relu, Record, Delay>>;

struct Kernel {
  std::string name;
  Tensor mask, sign;  // as they were at the start; undefined: none
  Weight const* weight;
};
std::vector<Kernel> kernels_of(Net const& net) {
  std::vector<Kernel> all;
  net.each_layer([&](auto const& layer, int) {
    layer.each([&]<class Op>(Op const& op, int) {
      auto const add = [&](char const* name, Weight const& w) {
        Weight copy = w;
        Kernel kernel{std::string(layer.name) + "." + name, {}, {}, &w};
        copy.parameters("", [&](std::string const& of, Tensor& x, auto...) {
          if (of == "mask") kernel.mask = x.clone();
          if (of == "sign") kernel.sign = x.clone();
        });
        all.push_back(kernel);
      };
      if constexpr (requires { op.kernel; }) add("conv", op.kernel);
      if constexpr (requires { op.lateral.conv; }) add("recurrence", op.lateral.conv);
      if constexpr (requires { op.incoming.adapter.conv; }) add("skip", op.incoming.adapter.conv);
    });
  });
  return all;
}

// `update` takes the gradients that are there.
void train(std::function<void(Parameters const&)> const& update) {
  Net net({.n_classes = 4, .input_dims = {1, 8, 8}, .max_weight_init = 0.1, .seed = 3});
  std::vector<Kernel> const kernels = kernels_of(net);
  CHECK(kernels.size() == 4);
  std::vector<Tensor> start;
  for (Kernel const& k : kernels) start.push_back(k.weight->effective().detach().clone());
  Tensor const images = laws::normal({8, 1, 8, 8}, 1, at::kFloat);
  Tensor const labels = full({8, 1}, 0.0, at::TensorOptions(at::kLong)).expand({8, 12}).contiguous();
  for (int step = 0; step < 20; ++step) {
    for (Parameter const& p : net.parameters()) {
      if (p.learned) p.tensor.mutable_grad() = Tensor{};
    }
    CrossEntropy{}(run::run(net, images, {.n_timesteps = 12}).outputs, labels).backward();
    for (std::string const name : {"V1.conv", "V1.recurrence.conv"}) {  // of what is not there, no gradient
      Tensor const absent = parameter(net, name + ".mask").eq(0);
      CHECK(parameter(net, name + ".weight").grad().masked_select(absent).abs().max().item<double>() == 0);
    }
    update(net.parameters());
  }
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    Kernel const& k = kernels[i];
    CAPTURE(k.name);
    Tensor const w = k.weight->effective().detach();
    CHECK(laws::distance(w, start[i]) > 1e-3);  // it has learned
    CHECK(w.isfinite().all().item<bool>());
    if (k.mask.defined()) {
      CHECK(w.masked_select(k.mask.eq(0)).abs().max().item<double>() == 0);
      CHECK(w.masked_select(k.mask.eq(1)).abs().min().item<double>() > 0);
    }
    if (k.sign.defined()) CHECK(w.mul(k.sign).min().item<double>() >= 0);
  }
}

}  // namespace

TEST_CASE("masks, signs and ranks survive training", "[train]") {
  SECTION("stochastic gradient descent with momentum and weight decay") {
    std::vector<Tensor> velocity;
    train([&](Parameters const& parameters) {
      at::AutoGradMode const no_gradient(false);
      std::size_t i = 0;
      for (Parameter const& p : parameters) {
        if (!p.learned) continue;
        if (i == velocity.size()) velocity.push_back(zeros(p.tensor.sizes()));
        velocity[i].mul_(0.9).add_(p.tensor.grad()).add_(p.tensor, 0.01);
        p.tensor.sub_(velocity[i++], 0.1);
      }
    });
  }
  for (bool const decoupled : {false, true}) {
    DYNAMIC_SECTION("Adam" << (decoupled ? "W" : "")) {
      std::unique_ptr<Optimizer> optimizer;
      train([&](Parameters const& parameters) {
        if (!optimizer) {
          optimizer =
              std::make_unique<Optimizer>(parameters, OptimizerSettings{.optimizer = decoupled ? "AdamW" : "Adam",
                                                                        .learning_rate = 0.01,
                                                                        .optimizer_kwargs = {{"weight_decay", 0.1}}});
        }
        optimizer->step();
      });
    }
  }
}
