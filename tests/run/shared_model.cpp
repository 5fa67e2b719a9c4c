// A run leaves the model as it is: a const model can be run, listed and summed up, and two threads may run one at once.
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/analysis/summary.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/compiled.hpp>
#include <dynvision/run/plan.hpp>

#include <catch2/catch_test_macros.hpp>

#include <thread>

using namespace dynvision;

namespace {

Options small() { return {.n_classes = 3, .input_dims = {1, 8, 8}, .supralinearity = 1.5, .seed = 1}; }

struct Result {
  Tensor outputs, response, gradient;  // of the images
  bool operator==(Result const& other) const {
    return outputs.equal(other.outputs) && response.equal(other.response) && gradient.equal(other.gradient);
  }
};
template <class Model> Result result(Model const& model, Tensor const& images, bool compiled, int checkpoints = 0) {
  run::Settings const settings{
      .n_timesteps = 8, .idle_timesteps = 2, .record = true, .checkpoint_timesteps = checkpoints};
  Tensor const x = images.clone().requires_grad_();
  run::Activity const activity = compiled ? run::compiled(model, x, settings) : run::unroll(model, x, settings);
  std::vector<Tensor> const inputs{x};
  activity.outputs.square().sum().backward({}, std::nullopt, false, inputs);
  return {activity.outputs.detach(), activity.response("layer2").stacked().detach(), x.grad()};
}

}  // namespace

TEST_CASE("a const model can be run, listed and summed up", "[run][model]") {
  DyRCNNx2<Local> made(small());
  DyRCNNx2<Local> const& model = made;
  CHECK(model.parts().size() == made.parts().size());
  CHECK(model.parameters().size() == made.parameters().size());
  CHECK(model.n_residual_timesteps() == 0);
  int n = 0;
  model.each_layer([&]<class L>(L const& layer, int) { layer.each([&](auto const&, int) { ++n; }); });
  CHECK(n + 1 == static_cast<int>(model.parts().size()));
  CHECK(summary(model) == summary(made));
  CHECK(diagram(model).svg == diagram(made).svg);
  CHECK(run::plan(model, {2, 1, 8, 8}, {.n_timesteps = 8}).text() ==
        run::plan(made, {2, 1, 8, 8}, {.n_timesteps = 8}).text());
  Tensor const images = randn({2, 1, 8, 8});
  for (bool const compiled : {false, true}) CHECK(result(model, images, compiled) == result(made, images, compiled));
}

TEST_CASE("two threads run one model at once", "[run]") {
  DyRCNNx2<Local> const model(small());
  for (bool const compiled : {false, true}) {
    std::vector<Tensor> const images{randn({2, 1, 8, 8}), randn({3, 1, 8, 8})};
    std::vector<Result> const expected{result(model, images[0], compiled), result(model, images[1], compiled)};
    int equal[] = {0, 0};
    std::vector<std::thread> threads;
    for (std::size_t i : {0, 1}) {
      threads.emplace_back([&, i] {
        for (int k = 0; k < 10; ++k) equal[i] += result(model, images[i], compiled, k % 3) == expected[i];
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(equal[0] == 10);
    CHECK(equal[1] == 10);
  }
}
