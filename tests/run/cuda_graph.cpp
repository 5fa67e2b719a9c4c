// covers: kernels/pipeline/pipeline_type.hpp
// A CUDA graph says why there is none. What it computes: tests/cuda_graph.
#include <dynvision/run/cuda_graph.hpp>

#include "property/models.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

template <class F> int number_of_error(F const& f) {
  try {
    f();
  } catch (Error const& error) {
    return error.number();
  }
  return 0;
}

}  // namespace

TEST_CASE("a CUDA graph needs a device", "[run][cuda]") {
  rich::Net net(Options{.input_dims = {2, 0, 0}, .seed = 1});
  Tensor const images = randn({1, 2, 6, 6});
  int const looked = number_of_error([&] { run::recorded(net, images, {.n_timesteps = 4}); });
  int const trained = number_of_error([&] {
    run::recorded(net, images, images, {.n_timesteps = 4},
                  [](run::Activity const& activity, Tensor const&) { return activity.outputs.sum(); });
  });
  CHECK((looked == 144 || looked == 145));  // no device, or tensors of the CPU
  CHECK((trained == 144 || trained == 145));
}

TEST_CASE("numbers are remembered while something is recorded", "[run][cuda]") {
  Tensor const x = full({}, 2.5), y = full({}, 1.5).set_requires_grad(true);
  {
    auto const numbers = std::make_shared<HostNumbers>();
    Remembering const now(numbers);
    CHECK(dynvision::number_of(x) == 2.5);
    x.fill_(3);
    CHECK(dynvision::number_of(x) == 2.5);
    CHECK(!numbers->any_learns());
    CHECK(dynvision::number_of(y) == 1.5);
    CHECK(numbers->any_learns());
  }
  CHECK(dynvision::number_of(x) == 3);
}
