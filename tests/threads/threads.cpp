// Two threads run one model at once, under ThreadSanitizer: what they share is read, and nothing of it changes.
//
//   threads           every way to run a model
//   threads broken    a model with an operation that changes while it runs: it must be reported
#include <dynvision/connections/dale.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/adaptation.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/stepper.hpp>

#include <ATen/Parallel.h>

#include <cstdio>
#include <string_view>
#include <thread>

using namespace dynvision;

extern "C" {  // of the sanitizer
void AnnotateIgnoreSyncBegin(char const* file, int line);
void AnnotateIgnoreSyncEnd(char const* file, int line);
}

namespace {

struct Counter {  // what an operation must not be
  mutable int calls = 0;
  Tensor operator()(Tensor const& x) const {
    ++calls;
    return x;
  }
};

struct V1 : Layer<"V1", Conv<1, 4, 3>, Adaptation<>, Noise<StationaryDrive>, Recur<Full<4>, Dale<>>, AddFeedback<"V2">,
                  Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<4, 6, 3, 2, WeightNorm>, Recur<Self<6>, Multiplicative>, AddSkip<"V1">,
                  Evolve<RungeKutta4>, Tanh, Record, Delay> {};
struct Broken : Layer<"V1", Conv<1, 4, 3>, Counter, Evolve<Euler>, Relu, Record, Delay> {};

Options const small{.n_classes = 3, .input_dims = {1, 8, 8}, .dt = 1, .tau = 4, .t_recurrence = 2, .t_feedback = 3};

// f(1) and f(2) at once. Reference counts and locks of what both read would order most of what they do, by the luck of the
// scheduler: the sanitizer does not look at them, so whatever one of the threads changes of what the other sees is a race.
// What is made once, under a lock, is made before.
template <class F> void in_two_threads(F const& f) {
  f(1);
  auto const alone = [&](int which) {
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
    f(which);
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
  };
  std::thread a(alone, 1), b(alone, 2);
  a.join(), b.join();
}

template <class M> void every_way(M const& model, int batch) {
  Tensor const images = full({batch, 1, 8, 8}, batch), none;
  run::Settings settings{.n_timesteps = 6,
                         .record = true,
                         .monitor = {"V2.tstep"},
                         .probes = {{.where = "V1 <- V2", .over = {.time = true}}},
                         .keep_state = true,
                         .seed = 1};
  run::Activity const first = run::run(model, images, settings);
  run::unroll(model, images, settings);
  Tensor const x = images.clone().requires_grad_();
  std::vector<Tensor> const inputs{x};
  for (int const checkpoints : {0, 2}) {
    settings.checkpoint_timesteps = checkpoints;
    run::run(model, x, settings).outputs.sum().backward({}, std::nullopt, false, inputs);
  }
  run::unroll(model, x, settings).outputs.sum().backward({}, std::nullopt, false, inputs);
  settings.start = first.state.detached();
  run::run(model, images, settings);
  run::Stepper stepper(model, {.seed = 1});
  for (int t = 0; t < 20; ++t) stepper.step(images);
}

}  // namespace

int main(int count, char** arguments) {
  at::set_num_threads(1);
  if (count > 1 && std::string_view(arguments[1]) == "broken") {
    Model<Broken> const model(small);
    in_two_threads([&](int batch) { run::unroll(model, full({batch, 1, 8, 8}, 1), {.n_timesteps = 20}); });
    return 0;
  }
  Model<V1, V2> const model(small);
  in_two_threads([&](int batch) {
    for (int k = 0; k < 3; ++k) every_way(model, batch);
  });
  std::puts("two threads have run one model");
}
