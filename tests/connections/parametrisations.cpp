// covers: connections/weight_norm.hpp connections/masked.hpp connections/dale.hpp connections/low_rank.hpp
// Their laws are in tests/laws/parametrisation.cpp.
#include <dynvision/analysis/facts.hpp>
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/connections/point_depthwise.hpp>
#include <dynvision/connections/pointwise.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/compiled.hpp>

#include "io/failure.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

struct Ring {  // each channel from its two neighbours
  Tensor operator()(Composition& at, at::IntArrayRef w) const {
    Tensor const m = at.constant({w[0], w[1], 1, 1}, 0);
    for (std::int64_t i = 0; i < w[0]; ++i) {
      for (std::int64_t const j : {i + 1, i + w[1] - 1}) m.select(0, i).select(0, j % w[1]).fill_(1);
    }
    return m;
  }
};
struct Wrong {  // of another shape than any weight here
  Tensor operator()(Composition& at, at::IntArrayRef) const { return at.constant({7, 1, 1}, 1); }
};
struct Half {
  Tensor operator()(Composition& at, at::IntArrayRef w) const { return at.constant(w, 0.5); }
};

template <class... With>
using Net =
    Model<Layer<"V1", Conv<image_channels, 6, 3, 1>, Recur<Full<6>, With...>, Evolve<Euler>, Relu, Record, Delay>,
          Layer<"V2", Conv<6, 10, 3, 1, With...>, AddSkip<"V1", With...>, Evolve<Euler>, Relu, Record, Delay>>;
Options const options{.n_classes = 3, .input_dims = {2, 5, 5}, .seed = 1, .dtype = at::kDouble};
using Names = std::vector<std::string>;

template <class... With> Tensor weight_of(std::vector<std::int64_t> const& sizes, int groups = 1) {
  std::vector<StoredLayer> places{{"V1", 0, 1}};
  Composition at{options, Clock{options.dt}, places};
  at.seed(3);
  Weight w{.weight = at.normal(sizes, 1), .groups = groups};
  w.parametrise(at, Parametrisations::of<With...>());
  return w.effective();
}

}  // namespace

TEST_CASE("parametrised weights: names in the model", "[connections]") {
  CHECK(parameter_names(*std::make_unique<Net<Masked<>>>(options)) ==
        Names{"V1.conv.weight", "V1.conv.bias", "V1.recurrence.conv.mask", "V1.recurrence.conv.weight",
              "V1.recurrence.conv.bias", "tau_V1", "V2.conv.mask", "V2.conv.weight", "V2.conv.bias",
              "addskip_V2.conv.mask", "addskip_V2.conv.weight", "addskip_V2.conv.bias", "tau_V2", "classifier.2.weight",
              "classifier.2.bias"});
  Net<LowRank<2>, Dale<>> low(options);
  CHECK(parameter(low, "V1.recurrence.conv.low_rank.U").sizes().equals({6, 2}));
  CHECK(parameter(low, "V1.recurrence.conv.low_rank.V").sizes().equals({2, 54}));
  CHECK(parameter(low, "V2.conv.sign").sizes().equals({1, 6, 1, 1}));
  for (Parameter const& p : low.parameters()) {
    if (p.name.ends_with("sign")) CHECK(!p.learned);
  }
}

TEST_CASE("masks: drawn with a probability, given, set", "[connections]") {
  Tensor const m = weight_of<Masked<Sparse<30>>>({40, 40, 3, 3}).ne(0).to(at::kDouble);
  CHECK(std::abs(m.mean().item<double>() - 0.3) < 0.02);
  CHECK(weight_of<Masked<Sparse<0>>>({4, 4, 3, 3}).abs().max().item<double>() == 0);
  CHECK(weight_of<Masked<Sparse<100>>>({4, 4, 3, 3}).abs().min().item<double>() > 0);
  Tensor const ring = weight_of<Masked<Ring>>({5, 5, 3, 3});
  CHECK(ring.ne(0).sum().item<std::int64_t>() == 5 * 2 * 9);
  Tensor const others = weight_of<Masked<NoAutapses>>({5, 5, 3, 3});
  CHECK(others.eq(0).sum().item<std::int64_t>() == 5);
  CHECK(others.select(3, 1).select(2, 1).diagonal().abs().max().item<double>() == 0);
  CHECK(weight_of<Masked<NoAutapses>>({5, 5}).diagonal().abs().max().item<double>() == 0);

  Net<Masked<>> net(options);
  Tensor const one_source = zeros({1, 6, 1, 1}, at::kDouble);
  one_source.select(1, 2).fill_(1);
  set_mask(net.parameters(), "V2.conv.mask", one_source);
  CHECK(parameter(net, "V2.conv.mask").sum().item<double>() == 10 * 9);
  auto const set = [&](Tensor const& mask, std::string_view name = "V2.conv.mask") {
    return failure([&] { set_mask(net.parameters(), name, mask); });
  };
  CHECK(set(ones({10, 6, 3, 3})) == "none");
  CHECK(set(ones({6})) == "model.140");
  CHECK(set(ones({1, 10, 6, 3, 3})) == "model.140");
  CHECK(set(ones({6, 10, 3, 3})) == "model.140");
  CHECK(set(Tensor{}) == "model.140");
  CHECK(set(full({10, 6, 3, 3}, 0.5)) == "model.141");
  CHECK(set(full({10, 6, 3, 3}, std::nan(""))) == "model.141");
  CHECK(set(ones({10, 6, 3, 3}), "V2.conv.msak") == "model.107");
  CHECK(message([&] {
          set_mask(net.parameters(), "V2.conv.mask", ones({7, 6, 3, 3}));
        }).find("expected 10x6x3x3") != std::string::npos);
}

TEST_CASE("masks and ranks that do not fit a weight", "[connections]") {
  CHECK(failure([] { Net<Masked<Wrong>> net(options); }) == "model.140");
  CHECK(failure([] { Net<Masked<Half>> net(options); }) == "model.141");
  CHECK(failure([] { Net<Masked<NoAutapses>> net(options); }) == "model.142");  // from 6 channels to 10
  CHECK(failure([] { Net<LowRank<7>> net(options); }) == "model.143");
  CHECK(failure([] { Net<LowRank<6>> net(options); }) == "none");
}

TEST_CASE("Dale's law: every channel excites or inhibits, balanced at the start", "[connections]") {
  Tensor const w = weight_of<Dale<4, 1>>({400, 10, 3, 3});
  for (std::int64_t j = 0; j < 10; ++j) {
    Tensor const of_channel = w.select(1, j);
    CHECK((j < 8 ? of_channel.min() : of_channel.max().neg()).item<double>() >= 0);
  }
  CHECK(std::abs(w.sum().item<double>() / w.abs().sum().item<double>()) < 0.01);
  CHECK(weight_of<Dale<1, 0>>({4, 5, 3, 3}).min().item<double>() >= 0);
  CHECK(weight_of<Dale<0, 1>>({4, 5, 3, 3}).max().item<double>() <= 0);
  // of groups: output o of (6,2,3,3) with 3 groups comes from channels 2 (o/2), 2 (o/2) + 1; four of six excite
  Tensor const grouped = weight_of<Dale<2, 1>>({6, 2, 3, 3}, 3);
  CHECK(grouped.narrow(0, 0, 4).min().item<double>() >= 0);
  CHECK(grouped.narrow(0, 4, 2).max().item<double>() <= 0);
  Tensor const depthwise = weight_of<Dale<2, 1>>({6, 1, 3, 3}, 6);
  CHECK(depthwise.narrow(0, 0, 4).min().item<double>() >= 0);
  CHECK(depthwise.narrow(0, 4, 2).max().item<double>() <= 0);
}

TEST_CASE("a weight of low rank", "[connections]") {
  Tensor const w = weight_of<LowRank<2>>({60, 50, 3, 3});
  Tensor const matrix = w.flatten(1);
  auto const determinant = [&](std::int64_t n) {
    return std::abs(matrix.narrow(0, 5, n).narrow(1, 9, n).det().item<double>());
  };
  CHECK(determinant(2) > 1e-4);
  CHECK(determinant(3) < 1e-14);
  CHECK(std::abs(w.square().mean().sqrt().item<double>() - 1) < 0.3);
}

TEST_CASE("policies of weights in their places", "[connections]") {
  STATIC_CHECK(Conv<3, 4, 3, 1, Masked<>, Dale<>>::fault == Fault::none);
  STATIC_CHECK(Conv<3, 4, 3, 1, Masked<>, Masked<>>::fault == Fault::policy);
  STATIC_CHECK(Conv<3, 4, 3, 1, Masked<>, LowRank<2>>::fault == Fault::parametrisation_order);
  STATIC_CHECK(Conv<3, 4, 3, 1, NoBias, LowRank<2>, Masked<>>::fault == Fault::none);
  STATIC_CHECK(Recur<Self<4>, Masked<>>::fault == Fault::parametrisation);
  STATIC_CHECK(Recur<PointDepthwise<4>, Dale<>>::fault == Fault::parametrisation);
  STATIC_CHECK(Recur<PointDepthwise<4>, WeightNorm>::fault == Fault::none);
  STATIC_CHECK(Recur<Full<4>, Dale<>, LowRank<2>>::fault == Fault::parametrisation_order);
  STATIC_CHECK(AddSkip<"V1", Dale<>, NoBias>::fault == Fault::none);
  STATIC_CHECK(AddSkip<"V1", Dale<>, LowRank<1>>::fault == Fault::parametrisation_order);
  STATIC_CHECK(Conv<3, 4, 3, 1, AllConnections>::fault == Fault::policy);
}

TEST_CASE("a mask that changes between a run and its backward is an error", "[connections]") {
  Net<Masked<>> net(options);
  auto const changed = [&](auto const& change) {
    Tensor const y = run::compiled(net, normal({1, 2, 5, 5}, 1), {.n_timesteps = 5}).outputs.sum();
    change();
    return failure([&] { y.backward(); });
  };
  CHECK(changed([] {}) == "none");
  CHECK(changed([&] { set_mask(net.parameters(), "V2.conv.mask", zeros({1})); }) == "run.180");
}

TEST_CASE("facts of parametrised weights: what learns, what is kept, and the work of the weight", "[connections]") {
  Facts const plain = facts_of(Net<>(options)), masked = facts_of(Net<Masked<>>(options)),
              low = facts_of(Net<LowRank<2>>(options));
  CHECK(masked.layers[0].learned == plain.layers[0].learned);
  CHECK(masked.layers[0].kept == plain.layers[0].kept + 6 * 6 * 9);
  CHECK(low.layers[0].learned == plain.layers[0].learned - 6 * 6 * 9 + 2 * (6 + 54));
  for (std::size_t l = 0; l < plain.layers.size(); ++l) {
    CHECK(masked.layers[l].flops == plain.layers[l].flops);
    CHECK(low.layers[l].flops == plain.layers[l].flops);
  }
}
