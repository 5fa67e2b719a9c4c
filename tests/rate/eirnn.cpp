// covers: rate/signed_units.hpp
// Networks that obey Dale's law: their signs whatever an optimiser does, their start, their readout.
#include <dynvision/io/state.hpp>
#include <dynvision/rate/eirnn.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/optimizer.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;
using namespace laws;

namespace {

struct Net : EIRNN<3, 20, Tanh, Recurrent<Masked<NoAutapses>>> {
  using EIRNN::EIRNN;
};
Options const numbers{.n_classes = 2, .dt = 10, .tau = 50, .seed = 3, .dtype = at::kDouble};

Tensor effective(Parameters const& all, std::string const& name) {
  Parameter const* const mask = find_parameter(all, name + ".mask");
  Tensor const w = tensor_of(all, name + ".weight").detach().abs().mul(tensor_of(all, name + ".sign"));
  return mask == nullptr ? w : w.mul(mask->tensor);
}

// What a step of the network does with the weights that are listed: both paths have signs and masks in the equation.
Tensor jacobian_of_rates(Net const& net) {  // of r(1) for r(0), (N,N), at rest: alpha W
  Tensor const x = zeros({20, 1, 3}, at::TensorOptions(at::kDouble));
  double const small = 1e-6;
  Tensor const v = zeros({20, 20}, x.options());
  v.fill_diagonal_(small);
  auto const run_from = [&](Tensor const& start) {
    return run::run(net, x, {.record = true, .start = rate::from_potentials(net, {{"rates", start}})})
        .response("rates")
        .series()
        .select(1, 0);
  };
  return run_from(v).sub(run_from(v.neg())).div(2 * small).t();
}

}  // namespace

TEST_CASE("signs hold in training and after any step of an optimiser", "[rate]") {
  for (std::string const name : {"SGD", "Adam", "AdamW"}) {
    CAPTURE(name);
    Net net(numbers);
    Parameters const all = net.parameters();
    Optimizer optimizer(all, {.optimizer = name,
                              .learning_rate = 0.05,
                              .optimizer_kwargs = name == "SGD" ? Kwargs{{"momentum", 0.9}} : Kwargs{}});
    Tensor const before = effective(all, "rates.recurrent").clone();
    for (std::uint64_t i = 0; i < 100; ++i) {
      Tensor const x = normal({4, 5, 3}, i);
      Tensor const loss = run::run(net, x).outputs.sub(1).square().mean();
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      // Right after the step, before anything has run again.
      for (std::string const connection : {"rates.recurrent", "readout"}) {
        Tensor const w = effective(all, connection);
        REQUIRE(w.narrow(1, 0, 16).ge(0).all().item<bool>());
        REQUIRE(w.narrow(1, 16, 4).le(0).all().item<bool>());
      }
      REQUIRE(effective(all, "rates.recurrent").diagonal().eq(0).all().item<bool>());
    }
    CHECK(distance(effective(all, "rates.recurrent"), before) > 0.01);
    // What is listed is what is computed: dr(1)/dv(0) = 1 - alpha + alpha W.
    at::AutoGradMode const no_gradient(false);
    Tensor const at_rest = tensor_of(all, "rates.recurrent.bias");
    at_rest.zero_(), tensor_of(all, "rates.input.bias").zero_();
    Tensor const expected = effective(all, "rates.recurrent").mul(0.2);
    expected.diagonal().add_(0.8);
    CHECK(distance(jacobian_of_rates(net), expected) < 1e-8);
  }
}

TEST_CASE("a network of both kinds starts in balance", "[rate]") {
  at::AutoGradMode const no_gradient(false);
  Tensor const sums = effective(Net(numbers).parameters(), "rates.recurrent");
  CHECK(std::abs(sums.sum().item<double>()) < 1e-12);
  EIRNN<3, 20, GammaSizes<120>> const gamma(numbers);
  CHECK(std::abs(rate::spectral_radius(effective(gamma.parameters(), "rates.recurrent")) - 1.2) < 1e-6);
  EIRNN<3, 20, Dale<3, 1>, BalancedMeans> const three(numbers);
  Tensor const sign = tensor_of(three.parameters(), "rates.recurrent.sign");
  CHECK(sign.sum().item<double>() == 10);  // 15 excite, 5 inhibit
  CHECK(distance(sign, tensor_of(three.parameters(), "readout.sign")) == 0);
  EIRNN<3, 20, Outgoing<Excitatory<>>> const read(numbers);
  CHECK(effective(read.parameters(), "readout").narrow(1, 16, 4).eq(0).all().item<bool>());
  CHECK(effective(read.parameters(), "readout").narrow(1, 0, 16).gt(0).all().item<bool>());
}

TEST_CASE("units of one kind alone are no network of both", "[rate]") {
  Options two = numbers;
  two.input_dims = features(3), two.numbers = {{"n_units", 2}};
  CHECK(failure([&] { EIRNN<> net(two); }) == "rate.153");
}
