// covers: kernels/resample/launcher.hpp
// covers: kernels/pipeline/thread_memory.hpp, kernels/number/pack.hpp, kernels/pipeline/address_table.hpp, kernels/resample/per_number.hpp
// What a thread of a GPU does, done by the CPU: number by number, it gives what the loops give. All roles, with steps that
// do not fit into one table; pooling and resizing.
#include <dynvision/connections/integration.hpp>
#include <dynvision/kernels/pipeline/address_table.hpp>
#include <dynvision/kernels/pipeline/pipeline.hpp>
#include <dynvision/kernels/pipeline/thread_memory.hpp>
#include <dynvision/kernels/resample/max_pooling.hpp>
#include <dynvision/kernels/resample/nearest.hpp>
#include <dynvision/kernels/resample/per_number.hpp>
#include <dynvision/model/check.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/supralinear.hpp>

#include "numbers.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;
using kernels::Combine;
using kernels::Map;

namespace {

template <class S>
constexpr double near_enough = std::is_same_v<S, double>  ? 1e-12
                               : std::is_same_v<S, float> ? 2e-5
                                                          : 0.1;

// Steps of a signal, with addresses.
struct Signal4 {
  Tensor all;  // (T, B size)
  std::vector<void*> at;
  Signal4(int n, std::int64_t width, std::uint64_t seed, at::ScalarType dtype)
      : all(normal({n, width}, seed).to(dtype)) {
    for (int t = 0; t < n; ++t) at.push_back(all[t].mutable_data_ptr());
  }
};

// x, scaled, (+) h, supralinear, (+) w r + b, a step, tanh: what a layer can be.
template <class S, class I> struct Everything {
  using Pipeline = kernels::Pipeline<kernels::Scale, Combine<I>, Map<functors::Supralinear>, Combine<Additive>,
                                     kernels::Step, Map<functors::Tanh>, kernels::Tap>;
  static constexpr int J = 7;
  static constexpr std::int64_t B = 2, size = 20;
  static constexpr at::ScalarType dtype = c10::CppTypeToScalarType<S>::value;
  int n;
  Pipeline pipeline{{{}, {}, {{functors::Supralinear{false, 1.4, 0.8}}}, {}, {{0.4, 0.5, -0.08, -0.1}}, {}, {}}};
  Signal4 x{n, B*size, 1, dtype}, h{n, B*size, 2, dtype}, r{n, B*size, 3, dtype}, y{n, B*size, 4, dtype};
  Signal4 u{n, B*size, 5, dtype}, v{n, B*size, 6, dtype}, drive{n, B*size, 7, dtype}, g{n, B*size, 8, dtype};
  Signal4 more{n, B* size, 9, dtype};
  Tensor before = normal({B * size}, 10).to(dtype), arithmetic;
  std::vector<void*> previous, shared, incoming;
  std::vector<double> factor;
  double sums[3] = {0, 0, 0};
  // gradients: of x, h, what leaves the first sum, r before
  Signal4 gx{n, B*size, 11, dtype}, gh{n, B*size, 12, dtype}, gw{n, B*size, 13, dtype};
  Tensor gr = zeros({B * size}, at::TensorOptions(dtype));
  std::vector<void*> at_gr;
  kernels::Arguments flow;
  kernels::AdjointArguments back;

  explicit Everything(int steps) : n(steps) {
    arithmetic = zeros({B * size}, at::TensorOptions(kernels::Engine{dtype}.arithmetic()));
    for (int t = 0; t < n; ++t) {
      previous.push_back(t == 0 ? before.mutable_data_ptr() : y.at[static_cast<std::size_t>(t - 1)]);
      shared.push_back(arithmetic.mutable_data_ptr());
      incoming.push_back(g.at[static_cast<std::size_t>(t)]);
      incoming.push_back(t % 2 == 0 ? more.at[static_cast<std::size_t>(t)] : nullptr);
      at_gr.push_back(t == 0 ? gr.mutable_data_ptr() : nullptr);
      factor.push_back(1 - 0.01 * t);
    }
    flow.n_steps = n, flow.batch = B, flow.size = size;
    flow.x = x.at.data(), flow.previous = previous.data();
    flow.role[0].factor = factor.data();
    flow.role[1].operand = h.at.data(), flow.role[1].operand_stride = size;
    flow.role[3].operand = r.at.data(), flow.role[3].operand_stride = size;
    flow.role[3].is_affine = true, flow.role[3].w = 0.7, flow.role[3].b = -0.2;
    flow.role[0].tap = u.at.data(), flow.role[1].tap = v.at.data(), flow.role[3].tap = drive.at.data();
    flow.role[6].tap = y.at.data();
    back.g_shared = shared.data(), back.g_previous = at_gr.data(), back.carried = true;
    back.tau_gradient = &sums[2];
    back.role[1].input = u.at.data(), back.role[2].input = v.at.data(), back.role[4].input = drive.at.data();
    back.role[5].output = y.at.data();
    back.role[6].incoming = incoming.data(), back.role[6].n_incoming = 2;
    back.role[0].g_input = gx.at.data(), back.role[1].g_operand = gh.at.data();
    back.role[3].g_operand = gw.at.data(), back.role[3].g_affine = sums;
  }

  void by_loops() {
    kernels::Engine const engine{dtype};
    pipeline.forward(engine, flow);
    pipeline.reverse(engine, flow, back);
  }
  // As kernels/pipeline/pipeline.cuh does it.
  template <int N> void by_numbers() {
    using Memory = kernels::ThreadMemory<S, N>;
    using Run = kernels::Program<kernels::Scale, Combine<I>, Map<functors::Supralinear>, Combine<Additive>,
                                 kernels::Step, Map<functors::Tanh>, kernels::Tap>;
    using V = kernels::Arithmetic<S>;
    bool done = kernels::each_piece_forward<J>(flow, [&](kernels::AddressTable<J> const& table) {
      REQUIRE(table.aligned(N * sizeof(S), sizeof(S)));
      CHECK(!table.aligned(1 << 20, sizeof(S)));
      kernels::ArgumentsOf<J> const some = table.unpacked_flow();
      for (std::int64_t k = 0; k < B * size; k += N) {
        Memory memory(k, size);
        for (int t = 0; t < some.n_steps; ++t) Run::forward(pipeline.roles, some, t, memory);
      }
    });
    REQUIRE(done);
    std::vector<V> first(B * size), second(B * size);
    void* const carries[] = {first.data(), second.data()};
    done = kernels::each_piece_reverse<J>(flow, back, carries, [&](kernels::AddressTable<J> const& table) {
      kernels::ArgumentsOf<J> const some = table.unpacked_flow();
      kernels::AdjointArgumentsOf<J> const owed = table.unpacked_back();
      for (std::int64_t k = 0; k < B * size; k += N) {
        Memory memory(k, size);
        kernels::Sums<typename Memory::Sum, J> of_number{};
        typename Memory::V carry = table.carry_in == nullptr ? memory.zero() : memory.carried(table.carry_in);
        for (int t = some.n_steps - 1; t >= 0; --t) {
          Run::reverse(pipeline.roles, some, owed, t, memory, carry, of_number);
        }
        if (table.carry_out != nullptr) memory.carry(carry, table.carry_out);
        sums[0] += static_cast<double>(of_number.v[6]), sums[1] += static_cast<double>(of_number.v[7]);
        sums[2] += static_cast<double>(of_number.v[2 * J]);
      }
    });
    REQUIRE(done);
  }
};

bool near_each_other(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}
double relative(Tensor const& a, Tensor const& b) {
  return distance(a.to(at::kDouble), b.to(at::kDouble)) / std::max(1.0, b.abs().max().to(at::kDouble).item<double>());
}

template <int N, class S, class I> void compare(int n) {
  CAPTURE(n, N);
  Everything<S, I> expected(n), found(n);
  expected.by_loops();
  found.template by_numbers<N>();
  double const tolerance = near_enough<S>;
  CHECK(relative(found.y.all, expected.y.all) <= tolerance);
  CHECK(relative(found.u.all, expected.u.all) <= tolerance);
  CHECK(relative(found.v.all, expected.v.all) <= tolerance);
  CHECK(relative(found.drive.all, expected.drive.all) <= tolerance);
  CHECK(relative(found.gx.all, expected.gx.all) <= tolerance);
  CHECK(relative(found.gh.all, expected.gh.all) <= tolerance);
  CHECK(relative(found.gw.all, expected.gw.all) <= tolerance);
  CHECK(relative(found.gr, expected.gr) <= tolerance);
  CHECK(relative(found.arithmetic, expected.arithmetic) <= tolerance);
  for (int i = 0; i < 3; ++i) CHECK(near_each_other(found.sums[i], expected.sums[i], 10 * tolerance));
}

}  // namespace

TEMPLATE_TEST_CASE("a pipeline number by number is the loop", "[laws][pointwise]", float, double, c10::BFloat16) {
  for (int const n : {1, 2, 7, 90}) {  // 90: several tables
    compare<1, TestType, Additive>(n);
    compare<1, TestType, Multiplicative>(n);
    compare<4, TestType, Additive>(n);
    compare<4, TestType, Multiplicative>(n);
  }
}

TEMPLATE_TEST_CASE("pooling and resizing number by number are the loops", "[laws][pointwise]", float, double,
                   c10::BFloat16) {
  using S = TestType;
  constexpr at::ScalarType dtype = c10::CppTypeToScalarType<S>::value;
  kernels::Engine const engine{dtype};
  auto const data = [](Tensor const& x) { return x.mutable_data_ptr<S>(); };
  for (bool const last : {true, false}) {
    kernels::Layout const layout{last};
    kernels::Shape const in{5, 7, 6};
    Tensor const x = layout.of(normal({3, 5, 7, 6}, 1).mul(3).round().div(2).to(dtype));
    for (auto const& [kernel, stride, margin] : {std::array{3, 2, 1}, {2, 2, 0}, {2, 1, 1}, {5, 3, 2}, {3, 4, 0}}) {
      CAPTURE(last, kernel, stride, margin);
      Size const size = shrunk({7, 6}, kernel, stride, margin);
      kernels::Shape const out{5, size.height, size.width};
      kernels::MaxPooling const pooling(in, out, kernel, stride, margin, layout);
      kernels::PoolingOfNumber<std::int32_t> const one{
          kernels::grid_of<std::int32_t>(in, last), kernels::grid_of<std::int32_t>(out, last), kernel, stride, margin};
      Tensor const y = layout.empty(3, out, x.options()), again = y.clone();
      Tensor const place = layout.empty(3, out, x.options().dtype(at::kByte)), place_again = place.clone();
      pooling.forward(engine, data(x), data(y), place.mutable_data_ptr<std::uint8_t>(), 3);
      for (int k = 0; k < y.numel(); ++k) {
        one.forward(k, data(x), data(again), place_again.mutable_data_ptr<std::uint8_t>());
      }
      CHECK(distance(y, again) == 0);
      CHECK(place.equal(place_again));
      Tensor const g = layout.of(normal(y.sizes(), 2).mul(4).round().div(4).to(dtype));  // sums are exact
      Tensor const gx = layout.zeros(3, in, x.options()), gx_again = gx.clone();
      pooling.adjoint(engine, data(g), place.const_data_ptr<std::uint8_t>(), data(gx), 3);
      for (int k = 0; k < gx.numel(); ++k) {
        one.adjoint(k, data(g), place.const_data_ptr<std::uint8_t>(), data(gx_again));
      }
      CHECK(distance(gx, gx_again) == 0);
    }
    for (auto const& [height, width] : {std::pair{7, 5}, {14, 10}, {3, 11}, {1, 1}, {2, 3}, {29, 4}}) {
      CAPTURE(last, height, width);
      kernels::Shape const out{5, height, width};
      kernels::NearestResize const resize(in, height, width, layout);
      kernels::ResizeOfNumber<std::int64_t> const one{kernels::grid_of<std::int64_t>(in, last),
                                                      kernels::grid_of<std::int64_t>(out, last)};
      Tensor const y = layout.empty(3, out, x.options()), again = y.clone();
      resize.forward(engine, data(x), data(y), 3);
      for (std::int64_t k = 0; k < y.numel(); ++k) one.forward(k, data(x), data(again));
      CHECK(distance(y, again) == 0);
      Tensor const g = layout.of(normal(y.sizes(), 3).mul(4).round().div(4).to(dtype));
      Tensor const gx = layout.zeros(3, in, x.options()), gx_again = gx.clone();
      resize.adjoint(engine, data(g), data(gx), 3);
      for (std::int64_t k = 0; k < gx.numel(); ++k) one.adjoint(k, data(g), data(gx_again));
      CHECK(distance(gx, gx_again) <= (std::is_same_v<S, c10::BFloat16> ? 0.25 : 0));
    }
  }
  for (std::int64_t from = 1; from <= 30; ++from) {
    for (std::int64_t to = 1; to <= 30; ++to) {
      std::vector<std::int64_t> const sources = kernels::nearest_sources(from, to);
      for (std::int64_t i = 0; i < to; ++i) {
        CHECK(kernels::ResizeOfNumber<std::int64_t>::source(i, from, to) == sources[static_cast<std::size_t>(i)]);
      }
    }
  }
}
