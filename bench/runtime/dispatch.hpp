// How often the compiled path calls a function whose address is known only when it runs, and what such a call takes.
//
//   IndirectCalls(run)         from now on the calls of a prepared run's function tables are counted: those of nodes
//                              (run/compiled/memory/node_functions.hpp) and of pipelines (Stage). Null ones are not called.
//   seconds_of_empty_call()    of such a call to a function that does nothing
#pragma once
#include <dynvision/run/compiled/memory/prepared_run.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace bench {

using namespace dynvision;

class IndirectCalls {
 public:
  using Counts = std::map<std::string, long long>;  // by the name of the function

  // The run calls the counters, and these call what it would have called; `this` outlives its use.
  explicit IndirectCalls(run::PreparedRun& prepared)
      : nodes_(prepared.nodes.size() + 1), pipelines_(prepared.stages.size()) {
    for (std::size_t p = 0; p < prepared.nodes.size(); ++p) count(prepared.nodes[p], nodes_[p]);
    if (prepared.head.functions != nullptr) count(prepared.head, nodes_.back());
    for (std::size_t k = 0; k < pipelines_.size(); ++k) {
      run::Stage& stage = prepared.stages[k];
      if (stage.pipeline == nullptr) continue;
      pipelines_[k] = {stage, &calls_};
      stage.pipeline = &pipelines_[k];
      stage.forward = [](void const* one, kernels::Engine const& by, kernels::Arguments const& arguments) {
        auto const& counted = *static_cast<CountedPipeline const*>(one);
        ++(*counted.calls)["pipeline: forward"];
        counted.stage.forward(counted.stage.pipeline, by, arguments);
      };
      stage.reverse = [](void const* one, kernels::Engine const& by, kernels::Arguments const& arguments,
                         kernels::AdjointArguments const& adjoint) {
        auto const& counted = *static_cast<CountedPipeline const*>(one);
        ++(*counted.calls)["pipeline: reverse"];
        counted.stage.reverse(counted.stage.pipeline, by, arguments, adjoint);
      };
    }
  }
  IndirectCalls(IndirectCalls const&) = delete;
  IndirectCalls& operator=(IndirectCalls const&) = delete;

  Counts take() { return std::exchange(calls_, {}); }  // since the last time

 private:
  struct CountedNode {
    run::NodeFunctions const* functions = nullptr;
    std::shared_ptr<void> self{};
    Counts* calls = nullptr;
    run::NodeFunctions counting{};
  };
  struct CountedPipeline {
    run::Stage stage{};
    Counts* calls = nullptr;
  };

  // A function of the table that counts, and calls the node's own.
  template <auto Member, class F> struct Counting;
  template <auto Member, class R, class Self, class... Args> struct Counting<Member, R (*)(Self, Args...)> {
    static inline char const* name = "";
    static R call(Self self, Args... args) {
      auto const& counted = *static_cast<CountedNode const*>(self);
      ++(*counted.calls)[name];
      return (counted.functions->*Member)(counted.self.get(), std::forward<Args>(args)...);
    }
  };
  template <auto Member> static void count(CountedNode& counted, char const* name) {
    using Function = std::remove_reference_t<decltype(counted.counting.*Member)>;
    if (counted.functions->*Member == nullptr) return;
    Counting<Member, Function>::name = name;
    counted.counting.*Member = Counting<Member, Function>::call;
  }
  void count(run::PreparedNode& node, CountedNode& counted) {
    using run::NodeFunctions;
    static_assert(sizeof(NodeFunctions) == 13 * sizeof(void (*)()), "a function that is not counted here");
    counted.functions = node.functions, counted.self = node.self, counted.calls = &calls_;
    count<&NodeFunctions::operand>(counted, "operand");
    count<&NodeFunctions::adjoint_operand>(counted, "adjoint_operand");
    count<&NodeFunctions::prepare_adjoint>(counted, "prepare_adjoint");
    count<&NodeFunctions::scatter>(counted, "scatter");
    count<&NodeFunctions::handed_on>(counted, "handed_on");
    count<&NodeFunctions::handed_on_again>(counted, "handed_on_again");
    count<&NodeFunctions::hand_back>(counted, "hand_back");
    count<&NodeFunctions::forward>(counted, "forward");
    count<&NodeFunctions::adjoint>(counted, "adjoint");
    count<&NodeFunctions::forward_again>(counted, "forward_again");
    count<&NodeFunctions::finish>(counted, "finish");
    count<&NodeFunctions::release_forward_weight>(counted, "release_forward_weight");
    count<&NodeFunctions::flops>(counted, "flops");
    node.functions = &counted.counting;
    node.self = std::shared_ptr<void>(std::shared_ptr<void>{}, &counted);
  }

  std::vector<CountedNode> nodes_;
  std::vector<CountedPipeline> pipelines_;
  Counts calls_;
};

// As the sweeps call: by way of a node's table, null or not. The order of 64 tables with functions of their own is random
// and too long to be learned, so most calls are predicted wrong: more than the few kinds of a model cost.
inline double seconds_of_empty_call() {
  constexpr int n_functions = 64;
  static auto const tables = []<int... I>(std::integer_sequence<int, I...>) {
    std::array<run::NodeFunctions, n_functions> all;
    // A number in each: equal functions would be made one.
    ((all[I].release_forward_weight = [](void*) { asm volatile("# %0" : : "i"(I)); }), ...);
    return all;
  }
  (std::make_integer_sequence<int, n_functions>{});
  std::vector<run::PreparedNode> nodes(1 << 16);
  std::minstd_rand numbers(1);
  for (run::PreparedNode& node : nodes) node.functions = &tables[numbers() % n_functions];
  double fewest = 1;
  for (int round = 0; round < 20; ++round) {
    auto const start = std::chrono::steady_clock::now();
    for (run::PreparedNode const& node : nodes) node.release_forward_weight();
    std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - start;
    fewest = std::min(fewest, taken.count() / static_cast<double>(nodes.size()));
  }
  return fewest;
}

}  // namespace bench
