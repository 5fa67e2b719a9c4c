// covers: concepts/flags.hpp
// A flag that says false is no flag: whatever asks for it, asks for its value.
#include <dynvision/analysis/facts.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/operations/residual.hpp>
#include <dynvision/run/compiled.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

struct Double {
  Tensor operator()(Tensor const& x) const { return x.mul(2); }
};
struct Kept {  // sees the moment
  Signal operator()(Signal const& x, Moment&) const { return x; }
};
template <class Op> struct AllFalse : Op {
  static constexpr bool only_once = false;
  static constexpr bool active_without_input = false;
  static constexpr bool forgets_state = false;
  static constexpr bool is_memory = false;
  static constexpr bool is_evolution = false;
  static constexpr bool is_recurrence = false;
  static constexpr bool comes_from_later = false;
};

struct Once : Double {
  static constexpr bool only_once = true;
};

struct Active : Double {
  static constexpr bool active_without_input = true;
};

struct Patches {  // a lateral connection that cannot be looked into
  static constexpr int state_channels = 4, target_channels = 4;
  Weight conv;
  void compose(Composition& at, bool bias, Parametrisations const& weights, int target) {
    conv = lateral_kernel(at, 4, target, 3, 1, bias);
    conv.parametrise(at, weights);
  }
  void parameters(auto&& visit) { conv.parameters("conv.", visit); }
  Tensor operator()(Tensor const& h) const { return conv(h); }
};
struct PatchesAllFalse : Patches {
  static constexpr bool keeps_channels = false;
  static constexpr bool silent = false;
  static constexpr bool is_affine = false;
};

template <class Op, class L>
struct Net : Model<Layer<"V1", Conv<1, 4, 3>, Recur<L, WeightNorm>, Evolve<Euler>, Relu, Op, Op, Record, Delay>,
                   Layer<"V2", Conv<4, 4, 3>, Op, Evolve<Euler>, Relu, Record, Delay>> {
  using Net::Model::Model;
};
Options const options{.n_classes = 3, .input_dims = {1, 6, 6}, .t_feedforward = 4, .t_recurrence = 4, .seed = 1};

template <class One, class Other> void check_equal() {
  One one(options);
  Other other(options);
  CHECK(one.memory == other.memory);
  CHECK(one.n_residual_timesteps() == 4);
  CHECK(other.n_residual_timesteps() == 4);
  Facts const facts = facts_of(one), others = facts_of(other);
  for (std::size_t l = 0; l < facts.layers.size(); ++l) {
    CHECK(facts.layers[l].active_without_input == others.layers[l].active_without_input);
    CHECK(facts.layers[l].first_signal == others.layers[l].first_signal);
    CHECK(facts.layers[l].delay == others.layers[l].delay);
    CHECK(facts.layers[l].flops == others.layers[l].flops);
    CHECK(facts.layers[l].bytes_per_step == others.layers[l].bytes_per_step);
  }
  CHECK(facts.connections.size() == others.connections.size());
  Tensor const images = randn({2, 1, 6, 6});
  Tensor const expected = run::unroll(one, images, {.n_timesteps = 8}).outputs;
  CHECK(run::unroll(other, images, {.n_timesteps = 8}).outputs.equal(expected));
  CHECK(run::compiled(other, images, {.n_timesteps = 8})
            .outputs.equal(run::compiled(one, images, {.n_timesteps = 8}).outputs));
}

}  // namespace

TEST_CASE("a flag of an operation that says false is no flag", "[law]") {
  check_equal<Net<Double, Patches>, Net<AllFalse<Double>, Patches>>();
  check_equal<Net<Kept, Patches>, Net<AllFalse<Kept>, Patches>>();
  STATIC_CHECK(Net<AllFalse<Double>, Patches>::finding.fault == Fault::none);
  STATIC_CHECK(std::is_same_v<run::NodeKind<AllFalse<Double>>, run::NodeKind<Double>>);
  STATIC_CHECK(!is_inner<AllFalse<Kept>>());  // forgets_state
  STATIC_CHECK(is_inner<AllFalse<Double>>());
}

TEST_CASE("a flag of a lateral connection that says false is no flag", "[law]") {
  check_equal<Net<Double, Patches>, Net<Double, PatchesAllFalse>>();
  STATIC_CHECK(Recur<PatchesAllFalse, WeightNorm>::fault == Fault::none);
  STATIC_CHECK(Recur<Self<4>, WeightNorm>::fault == Fault::parametrisation);
}

TEST_CASE("a flag that says true counts", "[law]") {
  STATIC_CHECK(first_fault<Layer<"V1", Conv<1, 4, 3>, Once, Once>>().fault == Fault::twice);
  STATIC_CHECK(first_fault<Layer<"V1", Conv<1, 4, 3>, Once, Double>>().fault == Fault::none);
  CHECK(Net<Active, Patches>(options).n_residual_timesteps() == 2);
}
