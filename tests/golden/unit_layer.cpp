// A recurrent layer, driven for T steps: y(t) = layer(x(t)), s(t) = relu(y(t)) is stored, and handed on with a delay.
//
// The structure (where the recurrence arrives, one convolution or two, integration) is a type, chosen from the file's
// configuration. Channels, kernel sizes, groups and the recurrence type follow the stored tensors, so that a file with
// other numbers needs no other type: the operations here are the library's, told their sizes when the program runs.
#include <dynvision/dyrcnn.hpp>

#include "deviations.hpp"
#include "unit.hpp"

#include <map>
#include <regex>

using namespace dynvision;
using namespace golden;

namespace {

template <Name Path> struct StoredConv : Conv<image_channels, 1, 1, 1, As<Path>> {
  Size out_size(Size in) const { return this->kernel.exists() ? this->kernel.out_size(in) : in; }
};
using First = StoredConv<"{}.conv">;
using Second = StoredConv<"{}.conv2">;

// Group normalisation after the first convolution, if the file has it.
template <int... Groups> struct MiddleNorm {
  static constexpr std::string_view label = "norm";
  static constexpr std::string_view path = "{}.mid_modules";
  std::variant<std::monostate, GroupNorm<Groups>...> chosen;

  // "GroupNorm(5, 5, eps=1e-05, affine=True)"
  void read(golden::File const& file, std::string const& text, at::ScalarType run) {
    std::smatch found;
    if (!std::regex_match(text, found, std::regex(R"(GroupNorm\((\d+), (\d+), eps=([^,]+), affine=(True|False)\))"))) {
      unknown(file.name + ": mid_modules " + text);
    }
    int const groups = std::stoi(found[1]);
    (choose<Groups>(groups), ...);
    if (chosen.index() == 0) unknown(file.name + ": no test of " + std::to_string(groups) + " groups");
    each([&](auto& norm) {
      norm.eps = std::stod(found[3]);
      if (found[4] == "True") {
        norm.weight = file.leaf("param.mid_modules.weight", run);
        norm.bias = file.leaf("param.mid_modules.bias", run);
      }
    });
  }
  void parameters(auto&& visit) {
    each([&](auto& norm) {
      if (norm.weight.defined()) norm.parameters(visit);
    });
  }
  Tensor operator()(Tensor const& x) const {
    return std::visit(
        [&]<class Norm>(Norm const& norm) {
          if constexpr (std::is_same_v<Norm, std::monostate>) {
            return x;
          } else {
            return norm(x);
          }
        },
        chosen);
  }

 private:
  template <int G> void choose(int groups) {
    if (groups == G) chosen = GroupNorm<G>{};
  }
  void each(auto&& f) {
    std::visit(
        [&]<class Norm>(Norm& norm) {
          if constexpr (!std::is_same_v<Norm, std::monostate>) f(norm);
        },
        chosen);
  }
};
using Norm = MiddleNorm<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 32>;

struct Unchanged {  // the original's integration "none"
  Tensor operator()(Tensor const& x, Tensor const&) const { return x; }
};

template <class... Ops> using OneLayer = ModelWith<NoHead, Layer<"L", Ops..., Relu, Record, Delay>>;
template <class R> using SingleInput = OneLayer<R, First, Norm>;
template <class R> using SingleOutput = OneLayer<First, Norm, R>;
template <class R> using DoubleInput = OneLayer<R, First, Norm, MiddleRelu, Second>;
template <class R> using DoubleMiddle = OneLayer<First, Norm, MiddleRelu, R, Second>;
template <class R> using DoubleOutput = OneLayer<First, Norm, MiddleRelu, Second, R>;

int number_of(Json const& value, std::size_t convolution) {  // one for both, or one for each
  return value.is_array() ? value.at(convolution).get<int>() : value.get<int>();
}

void read_convolution(golden::File const& file, at::ScalarType run, Weight& kernel, std::string const& prefix,
                      std::size_t index) {
  kernel = stored_kernel(file, prefix, run);
  kernel.stride = number_of(file.config.at("stride"), index);
  kernel.padding = number_of(file.config.at("padding"), index);
  CHECK(kernel.weight.size(2) == number_of(file.config.at("kernel_size"), index));
}

template <class Model> void each_operation(Model& model, auto&& f) {
  model.each_layer([&](auto& layer, int) { layer.each([&](auto& op, int) { f(op); }); });
}

// The file's tensors and numbers in the layer's operations.
template <class Model> void read_layer(golden::File const& file, at::ScalarType run, Model& model) {
  Json const& options = deviation::constructor(file);
  auto const type = options.value("recurrence_type", std::string("full"));
  each_operation(model, [&]<class Op>(Op& op) {
    if constexpr (std::is_same_v<Op, First>) {
      read_convolution(file, run, op.kernel, "conv.", 0);
    } else if constexpr (std::is_same_v<Op, Second>) {
      read_convolution(file, run, op.kernel, "conv2.", 1);
    } else if constexpr (std::is_same_v<Op, Norm>) {
      Json const norm = options.value("mid_modules", Json());
      if (!norm.is_null()) op.read(file, norm.get<std::string>(), run);
    } else if constexpr (requires { op.lateral.chosen; }) {
      op.lateral = AnyLateral::stored(file, op.on ? type : "none", "recurrence.", run);
      if (auto* const self = std::get_if<Self<1>>(&op.lateral.chosen)) {
        self->fixed = deviation::learns_fixed_weight(file, "recurrence.weight");
      }
      op.on = op.on && !op.lateral.is_none();  // as with Recur<NoRecurrence<…>>
    }
  });
}

struct Driven {
  Signal y, delayed;  // (T,B,C,H,W), zero where absent
  std::vector<bool> y_valid, delayed_valid;
};

template <class Model>
Driven drive(golden::File const& file, Model& model, Tensor const& xs, run::Settings settings, std::string const& y) {
  run::Stimulus stimulus{xs.transpose(0, 1), {}};
  auto const absent = file.config.at("none_steps").get<std::vector<int>>();
  for (int t = 0; t < xs.size(0); ++t) {
    bool const none = std::find(absent.begin(), absent.end(), t) != absent.end();
    stimulus.shown.push_back(none ? run::nothing : t);
  }
  settings.monitor = {y, "L.delay"};
  auto const traces = run::unroll(model, stimulus, settings).monitored;
  auto const& first = traces.at(0).operation == "delay" ? traces.at(1) : traces.at(0);
  auto const& second = traces.at(0).operation == "delay" ? traces.at(0) : traces.at(1);
  auto const over_time = [](run::Trace const& trace) {
    Signal const x = trace.stacked();
    return x.defined() ? x.transpose(0, 1) : x;
  };
  return {over_time(first), over_time(second), first.present(), second.present()};
}

std::vector<bool> flags(Tensor const& stored) {
  std::vector<bool> all;
  for (std::int64_t t = 0; t < stored.size(0); ++t) all.push_back(stored.select(0, t).item<std::int64_t>() != 0);
  return all;
}

Options numbers(golden::File const& file, at::ScalarType run) {
  Json const& options = deviation::constructor(file);
  Options made;
  made.input_dims = {static_cast<int>(file.stored("xs").size(2)), 0, 0};
  made.dt = options.value("dt", 2.0);
  made.t_recurrence = options.value("t_recurrence", 0.0);
  made.t_feedforward = options.value("t_feedforward", 0.0);
  made.feedforward_only = options.value("feedforward_only", false);
  made.dtype = run;
  return made;
}

// `y`: the operation that ends the layer proper
template <class Model>
void test_layer(golden::File const& file, at::ScalarType run, Check& check, std::string const& y) {
  Options options = numbers(file, run);
  for (Option<double>* const t : {&options.t_recurrence, &options.t_feedforward}) {
    if (deviation::no_multiple_of_dt(*t, options.dt)) CHECK_THROWS_AS(Model(options), Error);
    *t = deviation::rounded_down(*t, options.dt);
  }
  Model model(options);
  read_layer(file, run, model);

  bool recurs = false;
  each_operation(model, [&](auto& op) {
    if constexpr (requires { op.lateral; }) {
      recurs = op.on;
      if (op.on) CHECK(op.delay == std::max(1, file.config.at("delay_recurrence").get<int>()));
    }
  });
  Tensor const xs = file.leaf("xs", run);
  run::Settings settings;
  if (recurs && deviation::lateral_never_arrives(file)) {
    // Here the recurrence arrives where there is a state; in the original it never does.
    Driven const ours = drive(file, model, xs, {}, y);
    auto const first = std::find(ours.y_valid.begin(), ours.y_valid.end(), true);
    auto const last = std::find(ours.y_valid.rbegin(), ours.y_valid.rend(), true);
    bool const had_a_state = first < last.base() - 1;
    bool const adds = !deviation::constructor(file).contains("integration_strategy");
    if (had_a_state && adds) CHECK(relative_error(ours.y, file.number("y", run)) > 1e-3);
    settings.feedforward_only = true;
  }
  Driven driven = drive(file, model, xs, settings, y);
  if (deviation::never_handed_on(file)) {  // here it is, after its delay
    CHECK(driven.delayed.defined());
    driven.delayed = Signal();
    std::fill(driven.delayed_valid.begin(), driven.delayed_valid.end(), false);
  }

  std::vector<Tensor> weighted;
  auto const compare = [&](char const* name, char const* valid, char const* weight, Signal const& x,
                           std::vector<bool> const& present) {
    CAPTURE(name);
    CHECK(present == flags(file.stored(valid)));
    Tensor const w = file.number(weight, run);
    if (!x.defined()) {  // absent throughout
      CHECK(largest(file.stored(name)) == 0);
      return;
    }
    check.same(name, x);
    if (x.sizes().equals(w.sizes())) weighted.push_back(x.mul(w).flatten());
  };
  compare("y", "y_valid", "w_y", driven.y, driven.y_valid);
  compare("delayed_out", "delayed_valid", "w_delayed", driven.delayed, driven.delayed_valid);

  Tensor const terms = cat(weighted, 0);
  check.same("loss", terms.sum(), largest(terms.abs().sum()));
  terms.sum().backward();
  check.gradient("xs", xs);
  for (dynvision::Parameter const& p : model.parameters()) {
    std::string const name = p.name.substr(2);  // without "L."
    CHECK(p.learned != deviation::learns_fixed_weight(file, name));
    bool const left_out = name == "recurrence.bias" && p.tensor.numel() == 1 && deviation::bias_left_out(p.tensor);
    if (left_out) {
      CHECK(file.has_no_gradient(name));
      CHECK(p.learned);
    } else {
      check.gradient(name, p.tensor);
    }
  }
  // Parameters that the file has and the layer does not: of a recurrence that is switched off.
  for (golden::Parameter const& p : file.parameters(run)) {
    if (!recurs && p.name.starts_with("recurrence.")) CHECK(!file.contains("grad." + p.name));
  }
}

template <template <class> class Structure>
void with_integration(golden::File const& file, at::ScalarType run, Check& check, std::string const& y) {
  auto const strategy = deviation::constructor(file).value("integration_strategy", std::string("additive"));
  if (strategy == "additive") return test_layer<Structure<Recur<AnyLateral>>>(file, run, check, y);
  if (strategy == "multiplicative") {
    return test_layer<Structure<Recur<AnyLateral, Multiplicative>>>(file, run, check, y);
  }
  if (strategy == "none") return test_layer<Structure<Recur<AnyLateral, Unchanged>>>(file, run, check, y);
  unknown(file.name + ": integration strategy \"" + strategy + "\"");
}

}  // namespace

TEST_CASE("golden: recurrent layers", "[golden]") {
  in_both_precisions(units("layer"), [](golden::File const& file, at::ScalarType run, Check& check) {
    only_unit_options(file, {"B", "T", "ctor", "n_hidden_states", "delay_recurrence", "upsample", "padding", "stride",
                             "kernel_size", "none_steps", "recurrence_bias", "recurrence_kernel_size"});
    Json const& c = deviation::constructor(file);
    file.only_options(c, {"dim_x",
                          "dim_y",
                          "dt",
                          "in_channels",
                          "mid_channels",
                          "out_channels",
                          "kernel_size",
                          "stride",
                          "padding",
                          "bias",
                          "t_recurrence",
                          "t_feedforward",
                          "history_length",
                          "recurrence_type",
                          "recurrence_target",
                          "recurrence_bias",
                          "recurrence_kernel_size",
                          "integration_strategy",
                          "parametrization",
                          "fixed_self_weight",
                          "mid_modules",
                          "feedforward_only"});
    Json const normalisation = c.value("parametrization", Json());
    if (!normalisation.is_null() && normalisation != "weight_norm") {
      unknown(file.name + ": parametrization " + normalisation.dump());
    }
    bool const twice =
        file.contains("param.conv2.weight") || file.contains("param.conv2.parametrizations.weight.original1");
    auto const target = c.value("recurrence_target", std::string("output"));
    if (target == "input") {
      if (twice) return with_integration<DoubleInput>(file, run, check, "L.layer");
      return with_integration<SingleInput>(file, run, check, "L.norm");
    }
    if (target == "middle" && twice) return with_integration<DoubleMiddle>(file, run, check, "L.layer");
    if (target != "output") unknown(file.name + ": recurrence target \"" + target + "\"");
    if (twice) return with_integration<DoubleOutput>(file, run, check, "L.layer");
    with_integration<SingleOutput>(file, run, check, "L.layer");
  });
}
