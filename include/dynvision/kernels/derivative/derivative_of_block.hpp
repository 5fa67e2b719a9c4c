// derivative_of_block: what a block of steps of a pipeline changes by, along a direction: forward through time, without a tape.
//
//   dy(t) = dy/dx dx(t) + dy/dr dr(t) + dy/dh dh(t) + dy/dtau dtau
//
//   Directions along;                            // what is null there stays as it is
//   along.x = dx, along.role[3].tap = dy;        // addresses of each step, as in `values`
//   derivative_of_block(pipeline, engine, values, along); // values.role[j].tap and along.role[j].tap are written
//
// Roles are the same, computed with dual numbers (kernels/number/dual.hpp). Where r is the result of the step before, its
// derivative is found at the address of along.previous, as r is at that of values.previous. An affine operand w h + b has
// the derivative w dh. What is written is rounded to the storage type, and read again as such.
#pragma once
#include <dynvision/kernels/derivative/dual_memory.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/pipeline/pipeline.hpp>
#include <dynvision/kernels/pipeline/tensor_memory.hpp>
#include <dynvision/kernels/pipeline/thread_memory.hpp>

#include <deque>
#include <vector>

namespace dynvision::kernels {

struct RoleDirection {
  Steps operand = nullptr;  // of Combine
  Steps tap = nullptr;      // where the derivative of the result is stored
};
struct Directions {  // beside the arguments
  Steps x = nullptr, previous = nullptr;
  double tau = 0;  // [ms]
  RoleDirection role[most_roles]{};
};

// Addresses of signals and of their derivatives as addresses of DualSignals.
class DualArguments {
 public:
  DualArguments(Arguments const& values, Directions const& along, int n_roles) : arguments_(values) {
    arguments_.x = inputs(values.x, along.x), arguments_.previous = inputs(values.previous, along.previous);
    for (int j = 0; j < n_roles; ++j) {
      arguments_.role[j].operand = inputs(values.role[j].operand, along.role[j].operand);
      arguments_.role[j].tap = results(values.role[j].tap, along.role[j].tap);
    }
  }
  DualArguments(DualArguments const&) = delete;
  DualArguments& operator=(DualArguments const&) = delete;

  Arguments const& arguments() const { return arguments_; }

 private:
  // A signal that is absent has no derivative; of a result either may be wanted.
  Steps inputs(Steps values, Steps derivatives) {
    return values == nullptr ? nullptr : pairs(values, derivatives, [](DualSignal const& s) { return s.value; });
  }
  Steps results(Steps values, Steps derivatives) {
    bool const wanted = values != nullptr || derivatives != nullptr;
    return wanted ? pairs(values, derivatives, [](DualSignal const&) { return true; }) : nullptr;
  }
  template <class F> Steps pairs(Steps values, Steps derivatives, F const& is_there) {
    auto const n = static_cast<std::size_t>(arguments_.n_steps);
    std::vector<DualSignal>& signals = signals_.emplace_back(n);
    std::vector<void*>& addresses = addresses_.emplace_back(n);
    for (std::size_t t = 0; t < n; ++t) {
      signals[t] = {values == nullptr ? nullptr : values[t], derivatives == nullptr ? nullptr : derivatives[t]};
      addresses[t] = is_there(signals[t]) ? &signals[t] : nullptr;
    }
    return addresses.data();
  }

  Arguments arguments_;
  std::deque<std::vector<DualSignal>> signals_{};
  std::deque<std::vector<void*>> addresses_{};
};

template <class... Roles>
void derivative_of_block(Pipeline<Roles...> const& pipeline, Engine const& engine, Arguments const& values,
                         Directions const& along) {
  using Run = Program<Roles...>;
  DualArguments const dual(values, along, Run::J);
  Arguments const& arguments = dual.arguments();
  auto const run = [&](auto memory) {
    for (int t = 0; t < arguments.n_steps; ++t) Run::forward(pipeline.roles, arguments, t, memory);
  };
  if (engine.backend != Backend::loops) return run(DualMemory(TensorMemory(engine, arguments), along.tau));
  engine.with_storage([&]<class S>(S) {
    parallel_for(arguments.batch * arguments.size, 4096, [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t k = from; k < to; ++k) run(DualMemory(ThreadMemory<S>(k, arguments.size), along.tau));
    });
  });
}

}  // namespace dynvision::kernels
