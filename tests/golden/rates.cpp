// covers: rate/plasticity.hpp
// Rate networks of NN4Neurosim over time: dynamics, constraints, losses, training steps.
#include "rates.hpp"

#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/rate/masks/signs.hpp>
#include <dynvision/rate/penalties/activity.hpp>
#include <dynvision/rate/penalties/weights.hpp>
#include <dynvision/rate/plasticity.hpp>
#include <dynvision/run/run.hpp>

using namespace dynvision;
using namespace golden;

namespace {

Tensor numbers_as_tensor(std::vector<double> const& x) {
  Tensor const all = zeros({static_cast<std::int64_t>(x.size())}, at::TensorOptions(at::kDouble));
  std::copy(x.begin(), x.end(), all.mutable_data_ptr<double>());
  return all;
}

struct Constraint {
  Tensor weight, sparsity, sign;  // absent: none
  void operator()() const {
    if (sparsity.defined()) rate::enforce_mask(weight, sparsity);
    if (sign.defined()) rate::enforce_signs(weight, sign);
  }
};

template <class F> struct First : RateLayer<"l0", image_channels, any_units, F, Feature, Leak> {};
template <class F> struct Second : RateLayer<"l1", image_channels, any_units, F, Feature, Leak> {};
template <class F, class G> using Stack = ModelWith<Readout<>, First<F>, Second<G>>;
template <class F> struct Alone {};

template <class Net> using Path = run::Activity (*)(Net const&, Tensor const&, run::Settings const&);
auto const by_unroll = []<class Net>(std::type_identity<Net>) { return std::vector<Path<Net>>{&run::unroll<Net>}; };
auto const by_both = []<class Net>(std::type_identity<Net>) {
  return std::vector<Path<Net>>{&run::unroll<Net>, &run::run<Net>};
};

}  // namespace

TEST_CASE("golden: rate networks over time, with constraints and training", "[golden]") {
  in_both_precisions(rates("network"), [](golden::File const& file, at::ScalarType run, Check& check) {
    file.only_options(
        file.config,
        {"activation",     "biases",       "compute_dtype", "description", "dims",    "dt",          "ei",
         "format_version", "grad_none",    "init_state",    "kind",        "lambdas", "learn_alpha", "mask_generator",
         "name",           "param_recipe", "plasticity",    "sgd",         "tau",     "torch"});
    with_activation<Network>(file.config.at("activation").get<std::string>(), [&]<class Net>(std::type_identity<Net>) {
      for (bool const compiled : {false, true}) {
        Net net(options_of(file, run));
        Parameters const all = net.parameters();
        put_numbers(file, all, one_area, "param.");
        Tensor const alpha = tensor_of(all, "alpha_rates");
        alpha.detach().copy_(file.stored("alpha").view_as(alpha));
        if (file.contains("param.recurrent_layer.alpha")) {
          check.same("param.recurrent_layer.alpha", alpha.view({-1}));
          check.same("param_after_constraint.recurrent_layer.alpha", alpha.view({-1}));
        }
        for (auto const& [theirs, ours] : one_area) {
          Tensor const bias = tensor_of(all, ours + ".bias");
          bias.set_requires_grad(!file.has_no_gradient(theirs + ".bias"));
        }

        // Constraints, before every run of the training.
        std::vector<Constraint> constraints;
        bool const ei = file.config.at("ei").template get<bool>();
        for (auto const& [mask, layer] :
             Names{{"input", "rates.input"}, {"hidden", "rates.recurrent"}, {"readout", "readout"}}) {
          if (!file.contains("mask." + mask)) continue;
          Tensor const m = file.stored("mask." + mask).t().to(run);
          constraints.push_back({tensor_of(all, layer + ".weight"), m.ne(0), ei && mask != "input" ? m : Tensor{}});
        }
        auto const enforce = [&] {
          for (Constraint const& one : constraints) one();
        };
        enforce();
        for (auto const& [theirs, ours] : one_area) {
          for (char const* const which : {".weight", ".bias"})
            check.same("param_after_constraint." + theirs + which, tensor_of(all, ours + which));
        }

        Tensor const x = file.leaf("x", run), target = file.number("target", run);
        run::Settings settings{.record = true};
        if (file.contains("init_state"))
          settings.start = rate::from_potentials(net, {{"rates", file.number("init_state", run)}});
        struct Result {
          Tensor h, out;
        };
        auto const shown = [&] {
          run::Activity const a = compiled ? run::run(net, x, settings) : run::unroll(net, x, settings);
          return Result{a.response("rates").series(), a.outputs};
        };
        Json const& lambda = file.config.at("lambdas");
        auto const parts = [&](Result const& r) {
          auto const of = [&](char const* name) { return lambda.value(name, 0.0); };
          auto const W = [&](char const* layer) {
            return rate::mean_square(tensor_of(all, std::string(layer) + ".weight"));
          };
          std::vector<Tensor> terms;
          auto const add = [&](char const* name, auto const& term) {
            if (of(name) != 0) terms.push_back(term().mul(of(name)));
          };
          add("lambda_mse", [&] { return r.out.sub(target).square().mean(); });
          add("lambda_in", [&] { return W("rates.input"); });
          add("lambda_hid", [&] { return W("rates.recurrent"); });
          add("lambda_out", [&] { return W("readout"); });
          add("lambda_fr", [&] { return rate::mean_rate(r.h, rate::Norm::l2); });
          add("lambda_fr_sd", [&] { return rate::rate_dispersion(r.h, rate::Dispersion::sd); });
          add("lambda_fr_cv", [&] { return rate::rate_dispersion(r.h.abs(), rate::Dispersion::cv); });
          return stack_along(terms, 0);
        };
        Result const found = shown();
        check.same("h", found.h);
        check.same("out", found.out);
        Tensor const losses = parts(found);
        check.same("loss_parts", losses);
        check.same("loss", losses.sum());
        losses.sum().backward();
        check.gradient("x", x);
        if (file.contains("grad.recurrent_layer.alpha"))
          check.gradient_of("recurrent_layer.alpha", alpha.grad().view({-1}));

        // Plasticity: scales of gradients, from those of all matrices, to 0 ... 1.
        std::vector<std::pair<Tensor, Tensor>> scales;
        if (file.config.at("plasticity").template get<bool>()) {
          double least = 1, greatest = 1;
          for (std::string const& name : file.names("plasticity_mask.")) {
            least = std::min(least, file.stored(name).min().item<double>());
            greatest = std::max(greatest, file.stored(name).max().item<double>());
          }
          for (auto const& [mask, layer] :
               Names{{"input", "rates.input"}, {"hidden", "rates.recurrent"}, {"readout", "readout"}}) {
            Tensor const weight = tensor_of(all, layer + ".weight");
            Tensor const m = file.contains("plasticity_mask." + mask)
                                 ? file.stored("plasticity_mask." + mask).t().to(run)
                                 : ones(weight.sizes(), weight.options().requires_grad(false));
            scales.emplace_back(weight,
                                greatest > least ? m.sub(least).div(greatest - least) : ones(m.sizes(), m.options()));
          }
        }
        for (std::size_t i = 0; i < one_area.size(); ++i) {
          auto const& [theirs, ours] = one_area[i];
          Tensor const weight = tensor_of(all, ours + ".weight");
          check.gradient(theirs + ".weight", weight);
          if (!scales.empty())
            check.same("grad_after_plasticity." + theirs + ".weight", weight.grad().mul(scales[i].second));
          Tensor const bias = tensor_of(all, ours + ".bias");
          check.gradient_of(theirs + ".bias", bias.requires_grad() ? bias.grad() : Tensor{});
        }

        // Steps of gradient descent, from the numbers before the constraint.
        put_numbers(file, all, one_area, "param.", true);
        Plasticity const plasticity(scales);
        std::vector<double> of_steps;
        for (int step = 0; step < file.config.at("sgd").at("steps").template get<int>(); ++step) {
          enforce();
          for (dynvision::Parameter const& p : all) p.tensor.mutable_grad() = Tensor{};
          Tensor const loss = parts(shown()).sum();
          of_steps.push_back(loss.item<double>());
          loss.backward();
          plasticity.step([&] {
            for (dynvision::Parameter const& p : all) {
              if (p.tensor.requires_grad())
                p.tensor.detach().sub_(p.tensor.grad(), file.config.at("sgd").at("lr").template get<double>());
            }
          });
        }
        check.same("train.losses", numbers_as_tensor(of_steps));
        for (auto const& [theirs, ours] : one_area) {
          for (char const* const which : {".weight", ".bias"})
            check.same("train.param_final." + theirs + which, tensor_of(all, ours + which));
        }
        if (file.contains("train.param_final.recurrent_layer.alpha")) {
          check.same("train.param_final.recurrent_layer.alpha", alpha.view({-1}));
        }
        Result const evaluated = shown();
        check.same("train.h_eval", evaluated.h);
        check.same("train.out_eval", evaluated.out);
      }
    });
  });
}

TEST_CASE("golden: stacks of rate layers", "[golden]") {
  in_both_precisions(rates("stack"), [](golden::File const& file, at::ScalarType run, Check& check) {
    file.only_options(file.config, {"activations", "alphas", "compute_dtype", "description", "format_version", "kind",
                                    "loss", "name", "sizes", "torch"});
    auto const sizes = file.config.at("sizes").get<std::vector<int>>();
    auto const alphas = file.config.at("alphas").get<std::vector<double>>();
    if (sizes.size() != 2) unknown(file.name + ": expected two layers");
    auto const test = [&]<class Net>(std::type_identity<Net>, auto const& paths) {
      Names const names{{"hidden_layers.0.input_layer", "l0.input"},
                        {"hidden_layers.0.linear_layer", "l0.recurrent"},
                        {"hidden_layers.1.input_layer", "l1.input"},
                        {"hidden_layers.1.linear_layer", "l1.recurrent"},
                        {"readout_layer", "readout"}};
      for (auto const& path : paths(std::type_identity<Net>{})) {
        Tensor const x = file.leaf("x", run);
        Options numbers = rate::published(static_cast<int>(x.size(2)));
        numbers.n_classes = static_cast<int>(file.stored("loss_weight").size(2));
        numbers.dtype = run, numbers.train_tau = true;
        for (int l = 0; l < 2; ++l) {
          numbers.layers.push_back({"l" + std::to_string(l),
                                    {.tau = 10 / alphas[static_cast<std::size_t>(l)],
                                     .numbers = {{"n_units", sizes[static_cast<std::size_t>(l)]}}}});
        }
        Net net(numbers);
        Parameters const all = net.parameters();
        put_numbers(file, all, names, "param.");
        for (int l = 0; l < 2; ++l) {
          Tensor const alpha = tensor_of(all, "alpha_l" + std::to_string(l));
          alpha.detach().copy_(file.stored("param.hidden_layers." + std::to_string(l) + ".alpha").view_as(alpha));
        }
        // There the first rate is 0, whatever the potential is, and a given state is both.
        auto const begin = [&](Tensor const& first, Tensor const& second) {
          return run::initial_state(net, {{"l0", first}, {"l0.v", first}, {"l1", second}, {"l1.v", second}});
        };
        auto const shown = [&](run::State const& start) {
          run::Settings const settings{.record = true, .start = start};
          return path(net, x, settings);
        };
        auto const none = [&](int n) { return zeros({1, n}, at::TensorOptions(run)); };
        run::Activity const a = shown(begin(none(sizes[0]), none(sizes[1])));
        Tensor const h0 = a.response("l0").series(), h1 = a.response("l1").series();
        check.same("h0", h0);
        check.same("h1", h1);
        check.same("out", a.outputs);
        Tensor const loss =
            a.outputs.mul(file.number("loss_weight", run)).sum().add(h0.square().mean()).add(h1.square().mean());
        check.same("loss", loss);
        loss.backward();
        check.gradient("x", x);
        for (auto const& [theirs, ours] : names) {
          for (char const* const which : {".weight", ".bias"})
            check.gradient(theirs + which, tensor_of(all, ours + which));
        }
        for (std::string const l : {"0", "1"}) {
          std::string const name = "hidden_layers." + l + ".alpha";
          if (file.contains("grad." + name)) check.gradient_of(name, tensor_of(all, "alpha_l" + l).grad().view({-1}));
        }
        run::Activity const with = shown(begin(file.number("init0", run), file.number("init1", run)));
        check.same("h0_with_init", with.response("l0").series());
        check.same("h1_with_init", with.response("l1").series());
        check.same("out_with_init", with.outputs);
      }
    };
    auto const activations = file.config.at("activations").get<std::vector<std::string>>();
    if (activations.size() != 2) unknown(file.name + ": expected two activations");
    if (activations[0] == "relu" && activations[1] == "tanh")
      return test(std::type_identity<Stack<Relu, Tanh>>{}, by_both);
    with_activation<Alone>(activations[0], [&]<class F>(std::type_identity<Alone<F>>) {
      with_activation<Alone>(activations[1], [&]<class G>(std::type_identity<Alone<G>>) {
        test(std::type_identity<Stack<F, G>>{}, by_unroll);
      });
    });
  });
}
