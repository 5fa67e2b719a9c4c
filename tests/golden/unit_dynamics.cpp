// Solvers, the history of a layer, pointwise parts.
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/input_adaption.hpp>
#include <dynvision/operations/supralinear.hpp>
#include <dynvision/run/unroll.hpp>

#include "deviations.hpp"
#include "unit.hpp"

using namespace dynvision;
using namespace golden;

namespace {

template <class S> void test_solver(golden::File const& file, at::ScalarType run, Check& check) {
  Tensor const x = file.leaf("x", run), h = file.leaf("h", run), xs = file.leaf("xs", run), tau = file.leaf("tau", run);
  auto const fresh = [&] { return Integrator<S>{tau, file.config.at("dt").template get<double>()}; };

  Integrator<S> first = fresh(), own = fresh(), mixed = fresh();
  Tensor const no_state = first(x), with_h = fresh()(x, h);
  std::vector<Tensor> sequence;
  for (std::int64_t t = 0; t < xs.size(0); ++t) sequence.push_back(own(xs.select(0, t)));
  CHECK(relative_error(first.state, no_state) == 0);
  CHECK(!own(Signal{}).defined());
  CHECK(relative_error(own.state, sequence.back()) == 0);

  check.same("out_no_state", no_state);
  check.same("out_with_h", with_h);
  check.same("out_sequence_own_state", stack_along(sequence, 0));
  std::vector<Tensor> alternating;
  for (std::int64_t t = 0; t < file.stored("out_mixed").size(0); ++t) {
    alternating.push_back(t % 2 == 0 ? mixed(xs.select(0, t), h) : mixed(xs.select(0, t)));
  }
  check.same("out_mixed", stack_along(alternating, 0));

  Tensor const weighted =
      cat({no_state.mul(file.number("w_no_state", run)).flatten(), with_h.mul(file.number("w_with_h", run)).flatten(),
           stack_along(sequence, 0).mul(file.number("w_sequence", run)).flatten()},
          0);
  check.same("loss", weighted.sum(), largest(weighted.abs().sum()));
  weighted.sum().backward();
  check.gradient("x", x);
  check.gradient("h", h);
  check.gradient("xs", xs);
  check.gradient("tau", tau);
}

}  // namespace

TEST_CASE("golden: solvers", "[golden]") {
  in_both_precisions(units("solver"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"solver", "dt", "tau", "T"});
    auto const solver = file.config.at("solver").get<std::string>();
    if (solver == "euler") {
      test_solver<Euler>(file, run, check);
    } else if (solver == "rk4") {
      test_solver<RungeKutta4>(file, run, check);
    } else {
      unknown(file.name + ": solver \"" + solver + "\"");
    }
  });
}

TEST_CASE("golden: delay buffers", "[golden]") {
  in_both_precisions(units("delay buffer"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"capacity", "pushes", "meaning"});
    int const capacity = file.config.at("capacity").get<int>();
    Tensor const table = file.stored("table");
    if (capacity == 0) {  // deviation: a layer always keeps its newest response
      CHECK_THROWS_AS(DelayLine(0), Error);
      for (std::string const& name : file.names()) CHECK(file.stored(name).eq(-1).all().item<bool>());
      return;
    }
    DelayLine line(capacity);
    auto const value = [](Signal const& x) { return x.defined() ? x : full({}, -1, at::TensorOptions(at::kDouble)); };
    std::vector<Tensor> rows, newest, oldest;
    for (int k = 0; k < table.size(0); ++k) {
      if (k > 0) line.store(full({}, k, at::TensorOptions(at::kDouble)));
      std::vector<Tensor> row;
      for (int d = 0; d < table.size(1); ++d) row.push_back(value(line.past(d)));
      rows.push_back(stack_along(row, 0));
      newest.push_back(value(line.past(1)));
      oldest.push_back(value(line.past(std::min(line.stored(), capacity))));
      CHECK(relative_error(value(line.at_step(k - 1)), newest.back()) == 0);
    }
    check.same("table", stack_along(rows, 0).to(run));
    check.same("newest", stack_along(newest, 0).to(run));
    check.same("oldest", stack_along(oldest, 0).to(run));
  });
}

TEST_CASE("golden: supralinearity", "[golden]") {
  in_both_precisions(units("supralinearity"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"n", "k", "note_big", "stability_threshold"});
    if (file.config.value("stability_threshold", 1e6) != 1e6) unknown(file.name + ": another stability_threshold");
    Supralinear power;
    power.n = file.leaf("n_effective", run);
    power.k = file.leaf("k_effective", run);
    Tensor const x = file.leaf("x", run), x_big = file.leaf("x_big", run);
    Tensor const out = power(x), weighted = out.mul(file.number("loss_weight", run)).sum();
    check.same("out", out);
    check.same("loss", weighted, largest(out.mul(file.number("loss_weight", run)).abs().sum()));
    weighted.backward();
    check.gradient("x", x);
    check.gradient("n", power.n);
    check.gradient("k", power.k);
    Tensor const out_big = power(x_big);
    check.same("out_big", out_big);
    out_big.sum().backward();
    check.gradient("x_big", x_big);
  });
}

TEST_CASE("golden: input adaption", "[golden]") {
  in_both_precisions(units("input adaption"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"fixed_weight", "T"});
    if (!deviation::keeps_first_frame(file)) unknown(file.name + ": expected several frames");
    Tensor const xs = file.leaf("xs", run);  // (T,B,C,H,W)
    ModelWith<NoHead, Layer<"in", InputAdaption>> model(
        Options{.input_dims = {static_cast<int>(xs.size(2)), 0, 0},
                .input_adaption_weight = file.config.at("fixed_weight").get<double>(),
                .dtype = run});
    CHECK(model.parameters().size() == 1);
    CHECK(deviation::learns_fixed_weight(file, "recurrence.weight"));
    CHECK_FALSE(model.parameters().front().learned);
    Tensor const weight = file.leaf("param.recurrence.weight", run);
    visit_parameters(model.parts(), [&](std::string const&, Tensor& tensor, bool) {
      check.same("fixed_weight", tensor, weight.detach());
      tensor = weight;
    });

    run::Stimulus stimulus{xs.transpose(0, 1), {}};
    for (int t = 0; t < xs.size(0); ++t) stimulus.shown.push_back(t);
    run::Settings const settings{.monitor = {"in.input_adaption"}};
    auto const shown = [&] { return run::unroll(model, stimulus, settings).monitored.at(0).stacked().transpose(0, 1); };
    check.same("new frames", shown(), xs.detach());  // deviation: each new frame comes in full

    std::fill(stimulus.shown.begin(), stimulus.shown.end(), 0);  // what the original makes of any sequence
    Tensor const out = shown(), weighted = out.mul(file.number("loss_weight", run));
    check.same("out", out);
    check.same("loss", weighted.sum(), largest(weighted.abs().sum()));
    weighted.sum().backward();
    check.gradient("xs", xs);
    check.gradient("recurrence.weight", weight);
  });
}

TEST_CASE("golden: biases", "[golden]") {
  in_both_precisions(units("bias"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {});
    Tensor const x = file.leaf("x", run), bias = file.leaf("param.bias", run);
    auto const test = [&](auto add) {
      add.bias = bias;
      Moment now;
      Tensor const out = add(x, now), weighted = out.mul(file.number("loss_weight", run));
      check.same("out", out);
      check.same("out_none_input", add(Signal{}, now));
      check.same("loss", weighted.sum(), largest(weighted.abs().sum()));
      weighted.sum().backward();
    };
    if (bias.dim() == 0) {
      test(AddBias<Uniform>{});
    } else if (bias.dim() == 3 && bias.size(1) == 1 && bias.size(2) == 1) {
      test(AddBias<Feature>{});
    } else if (bias.dim() == 3) {
      test(AddBias<Spatial>{});
    } else {
      unknown(file.name + ": bias of shape " + shape_text(bias.sizes()));
    }
    check.gradient("x", x);
    check.gradient("bias", bias);
  });
}
