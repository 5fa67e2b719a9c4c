// covers: kernels/device/profiler_scope.hpp
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/compiled.hpp>

#include <ATen/core/grad_mode.h>
#include <ATen/record_function.h>

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <new>
#include <string_view>

// What a step costs beside its arithmetic, counted: operators of LibTorch, and allocations of the library's own, which
// are those of operator new outside of LibTorch's operators. A tensor that is made there (kernels/device/layout.hpp) takes
// LibTorch two, its record and its version, and two more if it is no view: the memory's record and the strides.
namespace {

bool counting = false;
int inside_operators = 0;
long own_allocations = 0, operator_calls = 0, tensor_records = 0;

// The engine's record of a node of the graph is no operator: the whole reverse sweep is one.
bool is_operator(at::RecordFunction const& function) {
  return !std::string_view(function.name()).starts_with("autograd::engine");
}
std::unique_ptr<at::ObserverContext> enter(at::RecordFunction const& function) {
  if (is_operator(function)) ++inside_operators, ++operator_calls;
  return nullptr;
}
void leave(at::RecordFunction const& function, at::ObserverContext*) {
  if (is_operator(function)) --inside_operators;
}

}  // namespace

void* operator new(std::size_t size) {
  if (counting && inside_operators == 0) {
    bool const of_tensor = size == sizeof(c10::TensorImpl) || size == sizeof(c10::StorageImpl);
    ++(of_tensor ? tensor_records : own_allocations);
  }
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

using namespace dynvision;

namespace {

int marked_pipelines = 0;
std::unique_ptr<at::ObserverContext> see(at::RecordFunction const& function) {
  if (std::string_view(function.name()) == "dynvision::pipeline") ++marked_pipelines;
  return nullptr;
}

struct Counts {
  long allocations = 0, calls = 0, records = 0;
};

constexpr auto by_compiled = [](auto const&... all) { return run::compiled(all...); };
constexpr auto by_unroll = [](auto const&... all) { return run::unroll(all...); };

template <class Model, class Path = decltype(by_compiled)>
Counts count(Model& model, int n_timesteps, bool training, Path const& path = by_compiled) {
  at::AutoGradMode const gradient(training);
  Tensor const images = zeros({1, 3, 16, 16}), labels = zeros({1, n_timesteps}, at::TensorOptions(at::kLong));
  auto const step = [&] {
    run::Activity const activity = path(model, images, run::Settings{.n_timesteps = n_timesteps});
    if (training) CrossEntropy{}(activity.outputs, labels).backward();
  };
  step();
  at::CallbackHandle const handle =
      at::addThreadLocalCallback(at::RecordFunctionCallback(enter, leave).scopes({at::RecordScope::FUNCTION}));
  inside_operators = 0, own_allocations = operator_calls = tensor_records = 0, counting = true;
  step();
  counting = false;
  at::removeCallback(handle);
  return {own_allocations, operator_calls, tensor_records};
}

}  // namespace

TEST_CASE("run: a step costs LibTorch's operators, and hardly any allocation of the library's own", "[run]") {
  DyRCNNx4<> model({.input_dims = {3, 16, 16}, .t_recurrence = 6});  // blocks of three steps
  for (bool const training : {false, true}) {
    CAPTURE(training);
    Counts const a = count(model, 24, training), b = count(model, 84, training);
    // There are some for a segment of steps, and lists that grow: none for a step, let alone for an operation.
    long const of_library = b.allocations - b.records - (a.allocations - a.records);
    CHECK(static_cast<double>(of_library) / 60 <= 2);
    CHECK(static_cast<double>(b.calls - a.calls) / 60 <= (training ? 40 : 20));
    CHECK(static_cast<double>(b.records - a.records) / 60 <= (training ? 50 : 25));
  }
}

namespace {

template <class... With>
using Net = Model<Layer<"V1", Conv<3, 8, 3, 2, With...>, Recur<Full<8>, With...>, Evolve<Euler>, Relu, Record, Delay>,
                  Layer<"V2", Conv<8, 8, 3, 1, With...>, Recur<Pointwise<8>, With...>,
                        AddSkip<"V1", Through<1>, With...>, Evolve<Euler>, Relu, Record, Delay>>;

}  // namespace

TEST_CASE("run: masks and signs of weights cost nothing per step", "[run]") {
  Options const options{.input_dims = {3, 16, 16}, .t_recurrence = 6, .seed = 1};
  Net<> plain(options);
  Net<Masked<Sparse<50>>, Dale<>> signed_and_masked(options);
  auto const check = [&](auto const& path, bool training) {
    CAPTURE(training);
    Counts const short_plain = count(plain, 24, training, path), long_plain = count(plain, 84, training, path);
    Counts const short_run = count(signed_and_masked, 24, training, path);
    Counts const long_run = count(signed_and_masked, 84, training, path);
    CHECK(short_run.calls > short_plain.calls);  // once a run
    CHECK(long_run.calls - short_run.calls == long_plain.calls - short_plain.calls);
    CHECK(long_run.records - short_run.records == long_plain.records - short_plain.records);
  };
  check(by_compiled, false);
  check(by_compiled, true);
  check(by_unroll, false);
  check(by_unroll, true);
}

TEST_CASE("run: what the library computes itself is shown by LibTorch's profiler", "[run]") {
  DyRCNNx4<> model({.input_dims = {3, 16, 16}, .t_recurrence = 6});
  at::CallbackHandle const handle =
      at::addThreadLocalCallback(at::RecordFunctionCallback(see).scopes({at::RecordScope::USER_SCOPE}));
  marked_pipelines = 0;
  run::compiled(model, zeros({1, 3, 16, 16}), {.n_timesteps = 6});
  at::removeCallback(handle);
  CHECK(marked_pipelines >= 2 * 4);  // blocks of three steps, layers
}
