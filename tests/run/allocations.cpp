// covers: kernels/device/profiler_scope.hpp
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/run.hpp>

#include <ATen/core/grad_mode.h>
#include <ATen/record_function.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <catch2/catch_test_macros.hpp>
#include <malloc.h>

#include <algorithm>
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

// Bytes of tensors, and of what else is allocated: at most, at one time.
long long bytes_now = 0, bytes_at_most = 0;
void count_bytes(long long more) { bytes_at_most = std::max(bytes_at_most, bytes_now += more); }

class CountingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t n) override {
    void* const block = c10::alloc_cpu(n);
    if (block != nullptr) count_bytes(static_cast<long long>(malloc_usable_size(block)));
    return {block, block, raw_deleter(), at::kCPU};
  }
  c10::DeleterFnPtr raw_deleter() const override {
    return [](void* block) {
      if (block != nullptr) count_bytes(-static_cast<long long>(malloc_usable_size(block)));
      c10::free_cpu(block);
    };
  }
  void copy_data(void* to, void const* from, std::size_t n) const override { default_copy_data(to, from, n); }
};

struct Counts {
  long allocations = 0, calls = 0, records = 0;
};

constexpr auto by_compiled = [](auto const&... all) { return run::compiled(all...); };
constexpr auto by_unroll = [](auto const&... all) { return run::unroll(all...); };

template <class Model, class Path = decltype(by_compiled)>
Counts count(Model& model, int n_timesteps, bool training, Path const& path = by_compiled,
             std::vector<run::Probe> const& probes = {}) {
  at::AutoGradMode const gradient(training);
  Tensor const images = zeros({1, 3, 16, 16}), labels = zeros({1, n_timesteps}, at::TensorOptions(at::kLong));
  auto const step = [&] {
    run::Activity const activity = path(model, images, run::Settings{.n_timesteps = n_timesteps, .probes = probes});
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

TEST_CASE("run: with probes that reduce over time the memory of a run does not depend on its length", "[run][probes]") {
  at::AutoGradMode const no_gradient(false);
  DyRCNNx4<> model({.input_dims = {3, 16, 16}, .t_recurrence = 6});
  Tensor const images = zeros({4, 3, 16, 16});
  run::Over const time{.time = true};
  run::Settings settings{
      .probes = {{.where = "V1", .statistic = run::Statistic::max, .over = time},
                 {.where = "V4 <- V4", .over = {.space = true, .time = true}},
                 {.where = "IT.tstep", .statistic = run::Statistic::standard_deviation, .over = time}}};
  static CountingAllocator counting_allocator;
  c10::Allocator* const before = c10::GetCPUAllocator();
  for (bool const compiled : {true, false}) {
    CAPTURE(compiled);
    auto const bytes = [&](int n_timesteps) {
      settings.n_timesteps = n_timesteps;
      c10::SetCPUAllocator(&counting_allocator, 255);
      bytes_now = bytes_at_most = 0;
      if (compiled) {
        run::compiled(model, images, settings);
      } else {
        run::unroll(model, images, settings);
      }
      c10::SetCPUAllocator(before, 255);
      return static_cast<double>(bytes_at_most);
    };
    bytes(10);  // what is made once
    double const a = bytes(100), b = bytes(600);
    CAPTURE(a, b);
    CHECK(b <= 1.05 * a);
    settings.probes.push_back({.where = "V1", .name = "all of it"});
    CHECK(bytes(200) > 1.5 * bytes(100));
    settings.probes.pop_back();
  }
}

TEST_CASE("run: a probe costs something at the steps that it looks at alone", "[run][probes]") {
  DyRCNNx4<> model({.input_dims = {3, 16, 16}, .t_recurrence = 6});
  std::vector<run::Probe> const last = {{.where = "V4", .over = {.space = true}, .from = 2 * 83}};
  for (bool const training : {false, true}) {
    CAPTURE(training);
    Counts const without = count(model, 84, training), with = count(model, 84, training, by_compiled, last);
    CHECK(with.calls - without.calls <= 30);
  }
}
