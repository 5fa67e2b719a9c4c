// covers: core/own_dtype.hpp core/warning.hpp
// What a run refuses before it starts, on both paths alike; numbers at the end of their range.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/compiled.hpp>
#include <dynvision/run/plan.hpp>
#include <dynvision/run/trial.hpp>

#include <ATen/autocast_mode.h>

#include "heard_warnings.hpp"
#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace dynvision;

namespace {

struct V1 : Layer<"V1", Conv<1, 4, 3>, Recur<Full<4, 3>>, Evolve<Euler>, Relu, Record, Delay, MaxPool<3, 2>> {};
struct V2 : Layer<"V2", AddInput, Conv<4, 6, 3>, AddInput, Evolve<Euler>, Relu, Record, Delay> {};
struct Net : Model<V1, V2> {
  using Model::Model;
};
Options small() { return {.n_classes = 3, .input_dims = {1, 8, 8}, .t_feedforward = 4, .seed = 1}; }

// The error of both paths, or that they differ.
std::string refused(Net const& net, run::Stimulus const& stimulus, run::Settings const& settings = {}) {
  std::string const reference = failure([&] { run::unroll(net, stimulus, settings); });
  std::string const compiled = failure([&] { run::compiled(net, stimulus, settings); });
  return reference == compiled ? reference : reference + " | " + compiled;
}
double distance(Tensor const& a, Tensor const& b) { return a.sub(b).abs().max().item<double>(); }

}  // namespace

TEST_CASE("a stimulus is checked before a run", "[run]") {
  Net const net(small());
  Tensor const frames = randn({2, 3, 1, 8, 8});
  CHECK(refused(net, {frames, {0, 1, 2}}) == "none");
  CHECK(refused(net, {frames, {run::nothing, run::blank, 2}}) == "none");
  for (Tensor const& wrong : {Tensor{}, frames.select(1, 0), frames.unsqueeze(0), frames.flatten(), frames.sum()}) {
    CHECK(refused(net, {wrong, {0}}) == "run.118");
  }
  CHECK(message([&] {
          run::unroll(net, run::Stimulus{frames.select(1, 0), {0}});
        }).find("2x1x8x8: expected (B,F,C,H,W)") != std::string::npos);
  for (int const index : {-3, 3, 100, std::numeric_limits<int>::min()}) {
    CHECK(refused(net, {frames, {0, index}}) == "run.119");
  }
  CHECK(refused(net, {frames, {}}) == "run.114");
  CHECK(refused(net, {frames.narrow(0, 0, 0), {0}}) == "run.116");
  CHECK(refused(net, {frames.expand({2, 3, 2, 8, 8}), {0}}) == "run.101");
  CHECK(refused(net, {frames.narrow(3, 0, 7), {0}}) == "run.102");
  CHECK(refused(net, {frames.to(at::kDouble), {0}}) == "run.104");
  CHECK(failure([&] { run::plan(net, {2, 1, 8, 8}, {.n_timesteps = 0}); }) == "run.114");
}

TEST_CASE("external input is checked before a run, and broadcasts alike on both paths", "[run]") {
  Net const net(small());
  run::Stimulus const shown = run::present(randn({2, 1, 8, 8}), 6);
  auto const with = [](Tensor const& x) { return run::Settings{.external = {{"V2", x}}}; };
  // V2 takes it at two places, of 4 and of 6 channels, 4 x 4 pixels.
  for (at::IntArrayRef const shape :
       std::vector<std::vector<std::int64_t>>{{2, 6, 1, 4, 4}, {1, 6, 1, 4, 4}, {2, 2, 1, 1, 1}, {1, 9, 1, 1, 4}}) {
    run::Settings settings = with(randn(shape).requires_grad_());
    settings.record = true;
    INFO(shape_text(shape));
    run::Activity const expected = run::unroll(net, shown, settings), found = run::compiled(net, shown, settings);
    CHECK(distance(expected.outputs, found.outputs) < 1e-5);
    Tensor const r = expected.response("V2").stacked(), s = found.response("V2").stacked();
    CHECK(r.sizes() == at::IntArrayRef({2, 6, 6, 4, 4}));  // active by its input before the image arrives
    CHECK(s.sizes() == r.sizes());
    CHECK(distance(r, s) < 1e-5);
    CHECK(expected.response("V2").steps[0].defined());
    Tensor const& x = settings.external[0].second;
    expected.outputs.square().sum().backward();
    Tensor const gradient = x.grad().clone();
    x.mutable_grad() = Tensor{};
    found.outputs.square().sum().backward();
    CHECK(distance(gradient, x.grad()) <= 1e-5 * (1 + gradient.abs().max().item<double>()));
  }
  for (at::IntArrayRef const shape : std::vector<std::vector<std::int64_t>>{
           {3, 6, 1, 4, 4}, {2, 6, 4, 4, 4}, {2, 6, 1, 8, 8}, {2, 6, 1, 4, 2}, {2, 0, 1, 4, 4}, {0, 6, 1, 4, 4}}) {
    INFO(shape_text(shape));
    CHECK(refused(net, shown, with(randn(shape))) == "run.126");
  }
  CHECK(refused(net, shown, with(randn({2, 1, 4, 4}))) == "run.124");
  CHECK(refused(net, shown, with(randn({2, 6, 1, 4, 4}).to(at::kDouble))) == "run.127");
  CHECK(refused(net, shown, run::Settings{.external = {{"V3", randn({2, 6, 1, 4, 4})}}}) == "run.123");
  CHECK(refused(net, shown, run::Settings{.external = {{"V1", randn({2, 6, 1, 4, 4})}}}) == "run.125");
}

TEST_CASE("a trial has labels for each sample", "[run]") {
  Tensor const labels = zeros({3}, at::TensorOptions(at::kLong));
  CHECK(failure([&] { run::make_trial(randn({3, 1, 8, 8}), labels, {.n_timesteps = 4}); }) == "none");
  CHECK(failure([&] { run::make_trial(randn({2, 1, 8, 8}), labels, {.n_timesteps = 4}); }) == "run.132");
  CHECK(failure([&] {
          run::make_trial(randn({2, 1, 8, 8}), labels.unsqueeze(1).expand({3, 4}), {.n_timesteps = 4});
        }) == "run.132");
}

TEST_CASE("autocast does not change the dtype of a run", "[run]") {
  Net const net(small());
  Tensor const images = randn({2, 1, 8, 8});
  auto const everything = [&](bool compiled, bool autocast) {
    for (Parameter const& p : net.parameters()) p.tensor.mutable_grad() = Tensor{};
    run::Settings const settings{.n_timesteps = 6, .record = true};
    at::autocast::set_autocast_enabled(at::kCPU, autocast);
    run::Activity const activity = compiled ? run::compiled(net, images, settings) : run::unroll(net, images, settings);
    Tensor const loss = activity.outputs.square().sum();
    if (!compiled) at::autocast::set_autocast_enabled(at::kCPU, false);  // LibTorch's backward is to be outside of it
    loss.backward();
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
    return std::vector<Tensor>{activity.outputs, activity.response("V2").stacked(), net.parameters()[0].tensor.grad()};
  };
  for (bool const compiled : {false, true}) {
    std::vector<Tensor> const expected = everything(compiled, false), found = everything(compiled, true);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(found[i].scalar_type() == at::kFloat);
      CHECK(found[i].equal(expected[i]));
    }
  }
}

TEST_CASE("bfloat16 without instructions for it is said", "[run]") {
  Net const net(small());
  bool const emulated = !kernels::has_bfloat16_instructions();
  run::Settings const settings{.n_timesteps = 3, .compute_bfloat16 = true};
  CHECK(run::plan(net, {1, 1, 8, 8}, settings).bfloat16_is_emulated == emulated);
  CHECK((run::plan(net, {1, 1, 8, 8}, settings).text().find("bfloat16") != std::string::npos) == emulated);
  CHECK(!run::plan(net, {1, 1, 8, 8}, {.n_timesteps = 3}).bfloat16_is_emulated);
  HeardWarnings const heard;
  c10::WarningUtils::WarnAlways const always;
  run::compiled(net, randn({1, 1, 8, 8}), settings);
  CHECK(heard.all.size() == (emulated ? 1 : 0));
  if (emulated) CHECK(heard.all[0].find("[dynvision.run.151]") == 0);
  run::compiled(net, randn({1, 1, 8, 8}), {.n_timesteps = 3});
  CHECK(heard.all.size() == (emulated ? 1 : 0));
}

TEST_CASE("a tau that has become too short is refused when a run starts", "[run]") {
  Options options = small();
  options.train_tau = true;
  Net const net(options);
  Tensor tau;
  for (Parameter const& p : net.parameters()) {
    if (p.name == "tau_V2") tau = p.tensor;
  }
  REQUIRE(tau.defined());
  run::Stimulus const shown = run::present(randn({1, 1, 8, 8}), 3);
  auto const set = [&](double value) {
    at::AutoGradMode const no_gradient(false);
    tau.fill_(value);
  };
  CHECK(refused(net, shown) == "none");
  set(0.9);
  CHECK(refused(net, shown) == "model.118");
  set(-1);
  CHECK(refused(net, shown) == "model.111");
  set(std::numeric_limits<double>::quiet_NaN());
  CHECK(refused(net, shown) == "model.111");
  CHECK(failure([&] { run::plan(net, {1, 1, 8, 8}); }) == "model.111");
  set(1.1);
  CHECK(refused(net, shown) == "none");
}

TEST_CASE("nan, infinity and large numbers pass alike on both paths", "[run]") {
  Net const net(small());
  float const inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (float const pixel : {nan, inf, -inf, 1e30F, -1e30F}) {
    Tensor const images = randn({2, 1, 8, 8});
    images.select(0, 0).select(0, 0).select(0, 3).select(0, 4).fill_(pixel);
    INFO("a pixel of " << pixel);
    run::Settings const settings{.n_timesteps = 6, .record = true};
    run::Activity const expected = run::unroll(net, images, settings), found = run::compiled(net, images, settings);
    for (char const* layer : {"V1", "V2"}) {
      Tensor const r = expected.response(layer).stacked(), s = found.response(layer).stacked();
      CHECK(r.isnan().equal(s.isnan()));
      CHECK(r.isinf().equal(s.isinf()));
      CHECK(r.isfinite().all().item<bool>() == std::isfinite(pixel));
      if (std::isfinite(pixel)) CHECK(distance(r, s) <= 1e-5 * r.abs().max().item<double>());
    }
  }
}
