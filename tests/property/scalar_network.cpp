// Random networks of single units, against their equations written out with plain numbers.
//
// Three layers A, B, C with lateral connections, a skip A -> C and feedback C -> A. A signal is a number or absent.
#include <dynvision/connections/self.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/operations/add_feedback.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/unroll.hpp>

#include "every.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cmath>
#include <optional>
#include <string>

using namespace dynvision;
using namespace laws;

namespace {

using Number = std::optional<double>;

struct Affine {
  double weight = 0, bias = 0;
  double operator()(double x) const { return weight * x + bias; }
};

struct Unit {
  Affine forward, lateral;
  double tau = 5;                     // [ms]
  int to_next = 0, t_recurrence = 0;  // [steps]
};

struct Network {
  double dt = 2;  // [ms]
  std::array<Unit, 3> units;
  Affine skip, feedback, head;
  int t_skip = 0, t_feedback = 0;  // [steps]
};

enum class Dynamics { none, euler, runge_kutta4 };

template <class I> Number joined(Number x, Number h) {
  if (!x || !h) return x ? x : h;
  return std::is_same_v<I, Additive> ? *x + *h : *x * (1 + std::tanh(*h));
}

double evolved(Dynamics dynamics, Number r, double u, double a) {  // a = dt/tau
  if (!r) return a * u;
  double const decay = dynamics == Dynamics::euler ? 1 - a : 1 - a + a * a / 2 - a * a * a / 6 + a * a * a * a / 24;
  return u + decay * (*r - u);
}

struct Course {
  std::array<std::vector<Number>, 3> r;  // responses
  std::vector<double> outputs;
};

template <class I, bool Rectified>
Course simulate(Network const& net, Dynamics dynamics, std::vector<Number> const& input) {
  Course course;
  for (int t = 0; t < static_cast<int>(input.size()); ++t) {
    auto const state = [&](std::size_t layer, int step) {
      return step < 0 ? Number{} : course.r[layer][static_cast<std::size_t>(step)];
    };
    Number x = input[static_cast<std::size_t>(t)];
    for (std::size_t l = 0; l < 3; ++l) {
      Unit const& unit = net.units[l];
      if (x) x = unit.forward(*x);
      if (Number const h = state(l, t - std::max(1, unit.t_recurrence))) x = joined<I>(x, unit.lateral(*h));
      if (l == 0) {
        if (Number const h = state(2, t - std::max(1, net.t_feedback))) x = joined<I>(x, net.feedback(*h));
      }
      if (l == 2) {
        if (Number const h = state(0, t - net.t_skip)) x = joined<I>(x, net.skip(*h));
      }
      if (x && dynamics != Dynamics::none) x = evolved(dynamics, state(l, t - 1), *x, net.dt / unit.tau);
      if (x && Rectified) x = std::max(*x, 0.0);
      course.r[l].push_back(x);
      x = state(l, t - unit.to_next);
    }
    course.outputs.push_back(x ? net.head(*x) : 0);
  }
  return course;
}

template <Name N, class I, class Evolution, class F, class... Arriving>
using LayerWith = typename LayerOf<
    N, join<List<Conv<1, 1, 1>, Recur<Self<1>, I>, Arriving...>, Evolution, List<F, Record, Delay>>>::type;

template <class I, class E, class F> struct A : LayerWith<"A", I, E, F, AddFeedback<"C", I, Through<1>>> {};
template <class I, class E, class F> struct B : LayerWith<"B", I, E, F> {};
template <class I, class E, class F> struct C : LayerWith<"C", I, E, F, AddSkip<"A", I, Through<1>>> {};
template <class I, class E, class F> struct Wires : Model<A<I, E, F>, B<I, E, F>, C<I, E, F>> {
  Wires(Options options) : Model<A<I, E, F>, B<I, E, F>, C<I, E, F>>(std::move(options)) {}
};

template <class I, class E, class F> Wires<I, E, F> model_of(Network const& net) {
  Options options;
  options.dtype = at::kDouble;
  options.n_classes = 1;
  options.input_dims = {1, 1, 1};
  options.dt = net.dt;
  options.t_skip = net.t_skip * net.dt;
  options.t_feedback = net.t_feedback * net.dt;
  std::array<std::string, 3> const layer_names{"A", "B", "C"};
  for (std::size_t l = 0; l < 3; ++l) {
    Unit const& unit = net.units[l];
    options.layers.push_back(
        {layer_names[l],
         {.tau = unit.tau, .t_feedforward = unit.to_next * net.dt, .t_recurrence = unit.t_recurrence * net.dt}});
  }
  Wires<I, E, F> model{options};
  auto const set = [&](std::string const& path, Affine const& numbers) {
    set_parameter(model, path + ".weight", numbers.weight);
    set_parameter(model, path + ".bias", numbers.bias);
  };
  for (std::size_t l = 0; l < 3; ++l) {
    set(layer_names[l] + ".conv", net.units[l].forward);
    set(layer_names[l] + ".recurrence", net.units[l].lateral);
  }
  set("addskip_C.conv", net.skip);
  set("addfeedback_A.conv", net.feedback);
  set("classifier.2", net.head);
  return model;
}

Network draw(Dice& dice) {
  auto const affine = [&] { return Affine{dice.real(-1.2, 1.2), dice.coin() ? dice.real(-0.5, 0.5) : 0}; };
  Network net;
  net.dt = dice.of<double>({0.1, 0.5, 1, 2, 1.0 / 3});
  for (Unit& unit : net.units) {
    unit = {affine(), affine(), net.dt * dice.real(1.1, 6), dice.between(0, 3), dice.between(0, 5)};
  }
  net.skip = affine(), net.feedback = affine(), net.head = affine();
  net.t_skip = dice.between(0, 6), net.t_feedback = dice.between(0, 9);
  return net;
}

bool near(double found, double expected) {
  return std::abs(found - expected) <= 1e-11 * std::max(1.0, std::abs(expected));
}

std::string text(Network const& net, run::Stimulus const& stimulus, int idle) {
  std::string all = "dt " + std::to_string(net.dt) + ", idle " + std::to_string(idle) + ", shown";
  for (int const frame : stimulus.shown) all += " " + std::to_string(frame);
  for (Unit const& unit : net.units) {
    all += "; unit: tau " + std::to_string(unit.tau) + ", to the next " + std::to_string(unit.to_next) + ", lateral " +
           std::to_string(unit.t_recurrence);
  }
  return all + "; skip " + std::to_string(net.t_skip) + ", feedback " + std::to_string(net.t_feedback);
}

template <class I, class E, class F> void compare(Dynamics dynamics) {
  property::every(40, [dynamics](Dice& dice) {
    Network const net = draw(dice);
    auto model = model_of<I, E, F>(net);

    int const batch = dice.between(1, 3), frames = dice.between(1, 3), steps = dice.between(4, 16);
    run::Stimulus stimulus{normal({batch, frames, 1, 1, 1}, dice.seed()), {}, dice.coin() ? 0 : dice.real(-1, 1)};
    for (int t = 0; t < steps; ++t) stimulus.shown.push_back(dice.between(run::nothing, frames - 1));
    int const idle = dice.coin() ? 0 : dice.between(1, 5);
    auto const must = [&](bool holds, std::string const& otherwise) {
      if (!holds) property::must(false, otherwise + "; " + text(net, stimulus, idle));
    };
    auto const activity = run::unroll(model, stimulus, {.idle_timesteps = idle, .record = true});
    must(activity.outputs.sizes().equals({batch, steps, 1}), "the shape of the outputs");

    for (int b = 0; b < batch; ++b) {
      std::vector<Number> input(static_cast<std::size_t>(idle), stimulus.non_input_value);
      for (int const shown : stimulus.shown) {
        if (shown == run::nothing) {
          input.push_back({});
        } else {
          input.push_back(shown == run::blank ? stimulus.non_input_value
                                              : stimulus.frames.select(0, b).select(0, shown).template item<double>());
        }
      }
      Course const expected = simulate<I, std::is_same_v<F, Relu>>(net, dynamics, input);
      for (int t = 0; t < steps; ++t) {
        auto const i = static_cast<std::size_t>(t + idle);
        for (std::size_t l = 0; l < 3; ++l) {
          Signal const r = activity.responses[l].steps[static_cast<std::size_t>(t)];
          std::string const place = " of layer " + std::to_string(l) + " at step " + std::to_string(t);
          must(r.defined() == expected.r[l][i].has_value(), "presence" + place);
          if (!r.defined()) continue;
          double const value = *expected.r[l][i];
          must(near(r.select(0, b).template item<double>(), value), "the response" + place);
        }
        double const value = expected.outputs[i];
        double const output = activity.outputs.select(0, b).select(0, t).template item<double>();
        must(near(output, value), "the output at step " + std::to_string(t));
      }
    }
  });
}

}  // namespace

TEST_CASE("networks of single units, without dynamics", "[property]") {
  compare<Additive, List<>, NoNonlinearity>(Dynamics::none);
}
TEST_CASE("networks of single units, Euler", "[property]") {
  compare<Additive, List<Evolve<Euler>>, Relu>(Dynamics::euler);
}
TEST_CASE("networks of single units, multiplicative, Runge-Kutta", "[property]") {
  compare<Multiplicative, List<Evolve<RungeKutta4>>, Relu>(Dynamics::runge_kutta4);
}
