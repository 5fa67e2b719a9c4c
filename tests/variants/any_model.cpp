// covers: variants/any_model.hpp variants/any_model_of.hpp run/plan_numbers.hpp
// A model without its type gives what the typed one gives, to the bit, and costs nothing that grows with the run.
#include <dynvision/alexnet.hpp>
#include <dynvision/run/stepper.hpp>
#include <dynvision/variants/any_model_of.hpp>

#include "run/comparisons.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <new>

namespace {
bool counting = false;
long allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
  if (counting) ++allocations;
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

using namespace property;

namespace {

constexpr auto any_compiled = [](auto& net, auto&... all) { return dynvision::run::compiled(any_model(net), all...); };
constexpr auto any_unroll = [](auto& net, auto&... all) { return dynvision::run::unroll(any_model(net), all...); };

template <class Net> void compare_to_the_bit(std::uint64_t seed, at::ScalarType dtype) {
  DrawnRun<Net> run(seed, dtype);
  INFO("seed " << seed << ": " << run.text());
  agree(run.everything(by_compiled), run.everything(any_compiled), 0);
  agree(run.everything(by_unroll), run.everything(any_unroll), 0);
  std::array<int, 3> const image{Net::image_channels, 9, 9};
  AnyModel const any = any_model(run.net);
  CHECK(summary(any, image) == summary(run.net, image));
  CHECK(diagram(any, image).svg == diagram(run.net, image).svg);
  CHECK(any.n_residual_timesteps() == run.net.n_residual_timesteps());
  CHECK(any.memory == run.net.memory);
}

Options small() { return {.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1}; }

}  // namespace

TEST_CASE("a model without its type is the model of its type to the bit", "[variants][property]") {
  each_seed(
      1, [](std::uint64_t seed) { compare_to_the_bit<rich::Net>(seed, at::kFloat); }, 12);
  each_seed(
      100, [](std::uint64_t seed) { compare_to_the_bit<odd::Net>(seed, at::kDouble); }, 12);
  each_seed(
      200, [](std::uint64_t seed) { compare_to_the_bit<noisy::Net>(seed, at::kFloat); }, 12);
  each_seed(
      300, [](std::uint64_t seed) { compare_to_the_bit<between::Net>(seed, at::kFloat); }, 12);
  each_seed(
      400, [](std::uint64_t seed) { compare_to_the_bit<evaluated::Net>(seed, at::kFloat); }, 12);
}

TEST_CASE("what is said of a model without its type before it runs", "[variants]") {
  DyRCNNx2<Full, ToInput> const net(small());
  AnyModel const any = any_model(net);
  CHECK(any.type() == "DyRCNNx2<Full, ToInput>");
  CHECK(any_model(net, "mine").type() == "mine");
  CHECK(any.options.n_classes.value() == 3);
  CHECK(any.parts().size() == net.parts().size());
  CHECK(facts_of(any).first_output == facts_of(net).first_output);
  run::Settings const settings{.n_timesteps = 8, .record = true};
  CHECK(run::plan(any, {2, 1, 8, 8}, settings).text() == run::plan(net, {2, 1, 8, 8}, settings).text());
  Tensor const images = randn({2, 1, 8, 8}), labels = zeros({2}, at::TensorOptions(at::kLong));
  run::TrialSettings const trial{.n_timesteps = 4, .presentation = {.pattern = "01", .loss_reaction_time = 2}};
  run::Trial const of_any = run::make_trial(any, images, labels, trial),
                   of_net = run::make_trial(net, images, labels, trial);
  CHECK(of_any.labels.equal(of_net.labels));
  CHECK(of_any.stimulus.shown == of_net.stimulus.shown);
  run::Activity const a = run::run(any, of_any.stimulus, {.keep_state = true});
  CHECK(a.outputs.equal(run::run(net, of_net.stimulus).outputs));
  Tensor const start = zeros({2, 36, 8, 8});
  CHECK(run::initial_state(any, {{"layer1", start}}).step == run::initial_state(net, {{"layer1", start}}).step);
}

TEST_CASE("parameters are shared, by copies too, and an assigned one is the other model", "[variants]") {
  DyRCNNx2<> const net(small());
  AnyModel any = any_model(net);
  AnyModel const copy = any;
  {
    at::AutoGradMode const no_gradient(false);
    tensor_of(any.parameters(), "layer1.conv.weight").fill_(0.25);
  }
  CHECK(tensor_of(net.parameters(), "layer1.conv.weight").mean().item<double>() == 0.25);
  CHECK(tensor_of(copy.parameters(), "layer1.conv.weight").mean().item<double>() == 0.25);
  any = any_model_of<DyRCNNx2<Self>>({.n_classes = 5});
  CHECK(any.type() == "DyRCNNx2<Self>");
  CHECK(any.options.n_classes.value() == 5);
  CHECK(copy.options.n_classes.value() == 3);
  AnyModel const& itself = any;
  any = itself;
  CHECK(any.options.n_classes.value() == 5);
  any.to(at::TensorOptions(at::kDouble));
  CHECK(any.options.dtype == at::kDouble);
  CHECK(run::run(any, randn({1, 3, 8, 8}, at::TensorOptions(at::kDouble))).outputs.scalar_type() == at::kDouble);
}

TEST_CASE("train mode of a model without its type", "[variants]") {
  evaluated::Net net({.n_classes = 2, .input_dims = {2, 0, 0}, .seed = 3});
  AnyModel any = any_model(net);
  CHECK(any.is_different_in_training());
  CHECK_FALSE(any.in_training());
  any.train();
  CHECK(any.in_training());
  CHECK(run::plan(any, {1, 2, 8, 8}).step_by_step);
  any.train(false);
  CHECK_FALSE(any.in_training());
  CHECK_FALSE(any_model(DyRCNNx2<>(small())).is_different_in_training());
}

TEST_CASE("learned delays are taken back into their range without the type", "[variants]") {
  struct Net : DyRCNNx2<Full, LearnedDelay<>> {
    using DyRCNNx2<Full, LearnedDelay<>>::DyRCNNx2;
  };
  AnyModel const any = any_model_of<Net>(small());
  Tensor const delay = tensor_of(any.parameters(), "layer1.recurrence.delay");
  {
    at::AutoGradMode const no_gradient(false);
    delay.fill_(1e4);
  }
  clamp_delays(any);
  CHECK(delay.item<double>() == 12);
}

TEST_CASE("to run without the type allocates nothing more", "[variants]") {
  DyRCNNx2<> const net(small());
  AnyModel const any = any_model(net);
  at::AutoGradMode const no_gradient(false);
  auto const counted = [](auto const& model, int n_timesteps) {
    Tensor const images = zeros({1, 1, 8, 8});
    run::Settings const settings{.n_timesteps = n_timesteps, .share_cpus = false};
    for (int i = 0; i < 3; ++i) run::run(model, images, settings);
    allocations = 0, counting = true;
    run::run(model, images, settings);
    counting = false;
    return allocations;
  };
  for (int const n_timesteps : {4, 40}) CHECK(counted(any, n_timesteps) == counted(net, n_timesteps));
}
