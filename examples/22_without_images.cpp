// A model without images: a network of excitatory and inhibitory rates learns to remember the sign of a pulse.
//
//   cmake --build build --target example.22_without_images && build/examples/22_without_images
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/fully_connected.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/linear.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/readout.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include <cstdio>

using namespace dynvision;

// [network]
// tau dr/dt = -r + U x(t) + b + W r + I(t),  r >= 0;  z = V r + c        50 units, 40 excite and 10 inhibit
struct Rates : Layer<"rates", Linear<1, 50>, Recur<FullyConnected<50>, Masked<NoAutapses>, Dale<4, 1>, NoBias>,
                     AddInput, Evolve<>, Relu, Record, Delay> {};
using Net = ModelWith<Readout<>, Rates>;
// [/network]

int main() {
  // [run]
  Net net({.n_classes = 1,
           .input_dims = features(1),
           .dt = 5,
           .tau = 50,
           .t_recurrence = 5,
           .max_weight_init = 0.3,
           .seed = 1});
  Tensor const sign = randn({64, 1}).sign();  // of each trial
  Tensor const x = zeros({64, 40, 1});        // (B,T,N): a pulse of 25 ms, then nothing
  x.narrow(1, 0, 5).copy_(sign.unsqueeze(1).expand({64, 5, 1}));
  Tensor const tonic = full({64, 40, 1}, 0.1);  // I(t), the same for all units
  run::Settings const settings{.record = true, .external = {{"rates", tonic}}};

  Optimizer optimizer(net.parameters(), {.learning_rate = 0.01, .optimizer_kwargs = {}});
  for (int i = 0; i <= 60; ++i) {
    run::Activity const activity = run::run(net, x, settings);
    Tensor const z = activity.outputs.narrow(1, 20, 20);  // (B,T,1), from 100 ms on
    Tensor const loss = z.sub(sign.unsqueeze(1)).square().mean();
    if (i % 20 == 0) {
      std::printf("step %2d   loss %.3f   mean rate %.3f\n", i, loss.item<double>(),
                  activity.response("rates").series().mean().item<double>());  // (B,T,N)
    }
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  // [/run]
}
