// A training step of a CTRNN, 100 steps of 64 samples, beside the same network written with LibTorch's operators one by one, as
// NN4Neurosim writes it in PyTorch, and beside torch::nn::RNN, which LibTorch runs in a loop of its own.
//
//   cmake --build build --target bench.ctrnn && OMP_NUM_THREADS=2 build/bench/bench.ctrnn [ROUNDS]
//
// A step: forward, mean square of the outputs' error at all steps, backward into fresh gradients. In C++ without Python's cost for each
// operator: ratios to eager PyTorch are smaller. Outputs and gradients are compared before anything is measured.
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/run/keep_freed_memory.hpp>
#include <dynvision/run/run.hpp>

#include "../runtime/times.hpp"
#include "beside.hpp"
#include "plain_rates.hpp"

namespace {

using dynvision::Tensor;
int constexpr n_inputs = 3, n_outputs = 2, n_samples = 64, n_steps = 100;

template <int N> using Net = dynvision::CTRNN<n_inputs, N, dynvision::Tanh>;

void backward(Tensor const& outputs, Tensor const& target, std::vector<Tensor> const& parameters) {
  forget_gradients(parameters);
  (outputs - target).square().mean().backward();
}

template <int N> int compare(double aim_plain, double aim_fused, int rounds) {
  Net<N> net({.n_classes = n_outputs, .dt = 10, .tau = 50, .seed = 1});
  std::vector<Tensor> const learned = learned_of(net.parameters());
  PlainRates const plain = plain_rates(net.parameters(), 0.2);
  torch::nn::RNN rnn(torch::nn::RNNOptions(n_inputs, N).nonlinearity(torch::kTanh).batch_first(true));
  torch::nn::Linear readout(N, n_outputs);
  std::vector<Tensor> fused = rnn->parameters();
  for (Tensor const& p : readout->parameters()) fused.push_back(p);

  Tensor const x = at::randn({n_samples, n_steps, n_inputs}), target = at::randn({n_samples, n_steps, n_outputs});
  auto const by_library = [&] { backward(dynvision::run::run(net, x).outputs, target, learned); };
  auto const by_operators = [&] { backward(plain(x), target, plain.parameters()); };
  auto const by_rnn = [&] { backward(readout(std::get<0>(rnn(x))), target, fused); };

  by_library(), by_operators();
  double const outputs = relative_difference(dynvision::run::run(net, x).outputs, plain(x));
  double const gradients =
      relative_difference(dynvision::tensor_of(net.parameters(), "rates.recurrent.weight").grad(), plain.W.grad());
  std::printf("%d units: outputs agree to %.1e, gradients of W to %.1e\n", N, outputs, gradients);
  print_calls("library", by_library), print_calls("operators", by_operators), print_calls("nn::RNN", by_rnn);
  std::string const name = "CTRNN, " + std::to_string(N) + " units";
  int failed = beside(name.c_str(), aim_plain, by_library, by_operators, rounds, "operators");
  failed += beside(name.c_str(), aim_fused, by_library, by_rnn, rounds, "nn::RNN");
  return failed || !(outputs < 1e-4) || !(gradients < 1e-3);
}

}  // namespace

int main(int argc, char** argv) {
  int const rounds = rounds_of(argc, argv, 9);
  dynvision::run::keep_freed_memory();  // as the documents advise
  torch::manual_seed(1);
  int const failed = compare<100>(1 / 3.0, 1 / 1.5, rounds) + compare<512>(1 / 1.5, 1 / 1.1, rounds);
  return failed != 0;
}
