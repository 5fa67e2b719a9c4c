// Weights that follow from other numbers: masks, signs, low rank, one of your own.
//
//   cmake --build build --target example.17_weights && build/examples/17_weights
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include <cstdio>

using namespace dynvision;

// [own]
struct Squared {  // w = v^2: no weight is negative
  using policy = policies::Parametrisation;
  Tensor operator()(Tensor const& v) const { return v.square(); }
  Tensor start(Composition&, Tensor const& w) { return w.abs().sqrt(); }  // the v to start from
};
// [/own]

// [mask]
struct Neighbours {  // a mask of your own: channels within a distance of two
  Tensor operator()(Composition& at, at::IntArrayRef w) const {
    return at.constant({w[0], w[1]}, 1).tril(2).triu(-2).view({w[0], w[1], 1, 1});
  }
};
// [/mask]

// [layers]
struct V1 : Layer<"V1", Conv<1, 20, 5, 2>, Recur<Full<20>, Masked<Sparse<30>>, Dale<>>, Evolve<>, Relu, Record, Delay> {
};
struct V2 : Layer<"V2", Conv<20, 20, 3, 2, Dale<>>, Recur<Pointwise<20>, LowRank<2>>, AddSkip<"V1", Squared>, Evolve<>,
                  Relu, Record, Delay> {};
struct V4
    : Layer<"V4", Conv<20, 20, 3, 1, Masked<Neighbours>>, Recur<Full<20>, WeightNorm>, Evolve<>, Relu, Record, Delay> {
};
// [/layers]

int main() {
  Model<V1, V2, V4> model({.n_classes = 4, .input_dims = {1, 16, 16}, .max_weight_init = 0.1, .seed = 1});
  Tensor const images = randn({8, 1, 16, 16}), labels = zeros({8, 20}, at::TensorOptions(at::kLong));

  Optimizer optimizer(model.parameters(), {.learning_rate = 0.01});
  for (int i = 0; i < 5; ++i) {
    optimizer.zero_grad();
    CrossEntropy{}(run::run(model, images, {.n_timesteps = 20}).outputs, labels).backward();
    optimizer.step();
  }

  // [look]
  Parameters const all = model.parameters();
  Tensor const v = tensor_of(all, "V1.recurrence.conv.weight"), m = tensor_of(all, "V1.recurrence.conv.mask"),
               s = tensor_of(all, "V1.recurrence.conv.sign");
  Tensor const w = v.mul(m).abs().mul(s);  // as the model has it: mask, then sign
  std::printf("connections: %.2f   from channels that excite: mean %+.4f, that inhibit: mean %+.4f\n",
              w.ne(0).to(at::kFloat).mean().item<double>(), w.narrow(1, 0, 16).mean().item<double>(),
              w.narrow(1, 16, 4).mean().item<double>());

  set_mask(all, "V1.recurrence.conv.mask", zeros({20, 20, 1, 1}));  // a lesion: it broadcasts to 20x20x3x3
  // [/look]
  std::printf(
      "after a lesion of V1: %s\n",
      run::run(model, images, {.n_timesteps = 20}).outputs.isfinite().all().item<bool>() ? "it runs" : "it does not");
}
