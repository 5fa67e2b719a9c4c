// Adjoints of one's own, and what they gain.
//
//   cmake --build build --target example.10_operation_with_adjoint && build/examples/10_operation_with_adjoint
//
// Operations written for tensors run on both paths, and autograd differentiates them. The same for one number is fused with
// its neighbours by the compiled path, with its adjoint or without one: then it is derived by dual numbers. An operation of
// a tensor with an adjoint does without autograd.
//
//   y = r^2/(sigma^2 + r^2), r = max(x, 0)       (Naka and Rushton 1966)
//   y = f(x) = log(1 + exp x)      df/dx = 1 - exp(-y)
//   x (+) h = x/(1 + |h|)          d/dx = 1/(1 + |h|)      d/dh = -x sign(h)/(1 + |h|)^2
//   y = x/q,  q = 1 + w <x^2>      < >: mean over the C channels;  gx = g/q - s 2 w x/C,  gw = -sum s <x^2>,  s = sum_c g x/q^2
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/compiled.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace dynvision;

// [tensors]
struct TensorSoftplus {
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.logaddexp(zeros({}, x.options())); }
};
struct TensorShunting {
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.div(h.abs().add(1)); }
};
// [/tensors]

// [derived]
struct NakaRushtonOfOne {  // for one number; V: float, double, a few of them side by side, or dual numbers
  double sigma = 0.5;
  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    V const r = kernels::rectified(x), squared = r * r;
    return squared / (squared + kernels::Number<V>(sigma * sigma));
  }
};
struct NakaRushton {
  using policy = policies::Nonlinearity;  // of the families too: DyRCNNx4<Full, NakaRushton>
  static constexpr std::string_view label = "nonlin";
  double sigma = 0.5;
  Tensor operator()(Tensor const& x) const {  // for tensors: the reference path
    Tensor const squared = x.relu().square();
    return squared.div(squared.add(sigma * sigma));
  }
  NakaRushtonOfOne pointwise() const { return {sigma}; }
};
// [/derived]

// [map]
struct SoftplusOfOne {
  static constexpr auto needs = kernels::Needs::output;  // what the adjoint looks at beside g
  template <class V> DYNVISION_BOTH V forward(V const& x) const {
    using T = kernels::Number<V>;
    V const e = kernels::exponential(kernels::magnitude(x) * T(-1));
    return kernels::rectified(x) + kernels::logarithm(e + T(1));  // exp x would overflow
  }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const&, V const& y) const {
    return g - g * kernels::exponential(y * kernels::Number<V>(-1));
  }
};
struct Softplus {
  using policy = policies::Nonlinearity;
  static constexpr std::string_view label = "nonlin";
  Tensor operator()(Tensor const& x) const { return x.logaddexp(zeros({}, x.options())); }
  SoftplusOfOne pointwise() const { return {}; }
};
// [/map]

// [integration]
struct Shunting {
  static constexpr bool additive = false;  // the adjoints look at x and h
  Tensor operator()(Tensor const& x, Tensor const& h) const { return x.div(h.abs().add(1)); }
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) { return x / size(h); }
  template <class V> DYNVISION_BOTH static V adjoint_x(V const& g, V const&, V const& h) { return g / size(h); }
  template <class V> DYNVISION_BOTH static V adjoint_h(V const& g, V const& x, V const& h) {
    return kernels::with_sign_of(g * x / (size(h) * size(h)) * kernels::Number<V>(-1), h);
  }
  template <class V> DYNVISION_BOTH static V size(V const& h) { return kernels::magnitude(h) + kernels::Number<V>(1); }
};
// [/integration]

// [tensor]
struct Divide {  // by the activity of all channels at the same place
  static constexpr std::string_view label = "norm";
  Tensor weight;  // ()
  void compose(Composition& at) { weight = at.constant({}, 0.5); }
  void parameters(auto&& visit) { visit("weight", weight); }

  Tensor operator()(Tensor const& x) const { return x.div(divisor(x)); }  // (N,C,H,W)
  Tensor adjoint(Tensor const& g, Tensor const& x, auto const& add) const {
    Tensor const q = divisor(x), s = g.mul(x).div(q.square()).sum({1}, true);
    add(weight, s.mul(energy(x)).sum().neg());
    return g.div(q).sub(x.mul(s).mul(weight).mul(2.0 / static_cast<double>(x.size(1))));
  }
  static Tensor energy(Tensor const& x) { return x.square().mean({1}, true); }  // (N,1,H,W)
  Tensor divisor(Tensor const& x) const { return energy(x).mul(weight).add(1); }
};
// [/tensor]

template <class F, class I>
struct V1 : Layer<"V1", Conv<3, 16, 3>, Recur<Full<16>, I>, Evolve<>, F, Record, Delay, MaxPool<3, 2>> {};
template <class F, class I, class... N>
struct V2 : Layer<"V2", Conv<16, 24, 3>, N..., Recur<Self<24>, I>, Evolve<>, F, Record, Delay> {};
using OfTensors = Model<V1<TensorSoftplus, TensorShunting>, V2<TensorSoftplus, TensorShunting>>;
using Fused = Model<V1<Softplus, Shunting>, V2<Softplus, Shunting>>;
// [use]
using MyNet = Model<V1<NakaRushton, Shunting>, V2<Softplus, Shunting, Divide>>;
static_assert(run::PointwiseOperation<NakaRushton> && run::PointwiseOperation<Softplus>);  // else: correct, not fused
static_assert(kernels::CombineFunctor<Shunting>);                                          // likewise
static_assert(run::TensorAdjoint<Divide>);                                                 // else: by autograd
// [/use]

// [gain]
template <class Net> double milliseconds_of_a_step() {  // of training, without the optimiser
  Net net({.input_dims = {3, 32, 32}, .t_recurrence = 6, .seed = 1});
  Tensor const images = randn({8, 3, 32, 32});
  double least = 1e9;
  for (int i = 0; i < 5; ++i) {
    auto const begin = std::chrono::steady_clock::now();
    run::compiled(net, images, {.n_timesteps = 12}).outputs.square().sum().backward();
    least =
        std::min(least, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  return least;
}
// [/gain]

double difference(char const* name, Tensor const& expected, Tensor const& found) {  // relative to the largest
  double const d = expected.sub(found).abs().max().item<double>() / expected.abs().max().item<double>();
  std::printf("%-28s %.1e\n", name, d);
  return d;
}

int main() {
  std::printf("a step of training: %.1f ms as operations of tensors, %.1f ms with adjoints\n",
              milliseconds_of_a_step<OfTensors>(), milliseconds_of_a_step<Fused>());

  MyNet net({.input_dims = {3, 17, 17}, .t_recurrence = 6, .seed = 1});  // [ms]
  Tensor const images = randn({2, 3, 17, 17});                           // (B,C,H,W)
  double worst = 0;
  // [paths]
  run::Settings const settings{.n_timesteps = 12, .record = true};
  run::Activity const reference = run::unroll(net, images, settings);
  run::Activity const compiled = run::compiled(net, images, settings);
  worst = std::max(worst, difference("outputs", reference.outputs, compiled.outputs));  // (B,T,K)
  worst = std::max(worst, difference("responses of V2", reference.response("V2").stacked(),
                                     compiled.response("V2").stacked()));  // (B,T,C,H,W)
  // [/paths]

  std::vector<Tensor> expected;
  reference.outputs.square().sum().backward();
  for (Parameter p : net.parameters()) {
    expected.push_back(p.tensor.grad());
    p.tensor.mutable_grad() = Tensor{};
  }
  compiled.outputs.square().sum().backward();
  Parameters const parameters = net.parameters();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (!parameters[i].learned) continue;
    worst = std::max(worst, difference(parameters[i].name.c_str(), expected[i], parameters[i].tensor.grad()));
  }
  return !(worst < 1e-5);
}
