// RunNode: a whole run as one node of autograd's graph.
//
// With functions/local_gradients.hpp the one place below train/ that includes torch/*: the node of a run must be a node of
// that graph.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/run/activity.hpp>

// LibTorch's logging has a macro of this name; whoever had one before keeps it. With the other one its headers include the
// operators that they need, and not all two thousand, which are two seconds of a compiler's time.
#pragma push_macro("CHECK")
#pragma push_macro("AT_PER_OPERATOR_HEADERS")
#undef AT_PER_OPERATOR_HEADERS
#define AT_PER_OPERATOR_HEADERS
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>
#pragma pop_macro("AT_PER_OPERATOR_HEADERS")
#pragma pop_macro("CHECK")

#include <c10/util/intrusive_ptr.h>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace dynvision::run {

// How the graph holds its nodes: by shared_ptr up to LibTorch 2.12, by c10::intrusive_ptr since 2.13.
using NodeOwner = decltype(torch::autograd::Edge::function);
constexpr bool nodes_are_shared = std::is_same_v<NodeOwner, std::shared_ptr<torch::autograd::Node>>;
using NodeObserver = std::conditional_t<nodes_are_shared, std::weak_ptr<torch::autograd::Node>,
                                        c10::weak_intrusive_ptr<torch::autograd::Node>>;

template <class N, class... Arguments> auto make_node(Arguments&&... arguments) {
  if constexpr (nodes_are_shared) {
    return std::make_shared<N>(std::forward<Arguments>(arguments)...);
  } else {
    return c10::make_intrusive<N>(std::forward<Arguments>(arguments)...);
  }
}

// What the node of a run asks of it.
template <class R>
concept ReversibleRun = requires(R& run, std::vector<Tensor> const& gradients) {
  { run.reverse(gradients) } -> std::convertible_to<std::vector<Tensor>>;
  run.release();
};

template <ReversibleRun R> class RunNode : public torch::autograd::Node {
 public:
  explicit RunNode(std::shared_ptr<R> run) : run_(std::move(run)) {}
  std::string name() const override { return "DynvisionSequenceBackward"; }
  void release_variables() override {
    if (run_) run_->release();
    run_.reset();
  }
  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    if (at::GradMode::is_enabled()) {
      fail("run", 141, "second derivatives: the compiled path has none; use run::unroll, or no create_graph");
    }
    if (!run_) fail("run", 142, "backward a second time: expected retain_graph in the first one");
    Remembering const now(numbers_.lock());  // this may be another thread
    return run_->reverse(gradients);
  }

 private:
  std::shared_ptr<R> run_;
  std::weak_ptr<HostNumbers> numbers_ = Remembering::now();
};

// The signals that a run has given beside its outputs. Outputs do not depend on them, as autograd's graph has it: a
// gradient that is asked of one of them would lack what the response does to later steps.
class GivenSignals {
 public:
  void add(Activity const& activity) {
    for (auto const* traces : {&activity.responses, &activity.monitored}) {
      for (Trace const& trace : *traces) {
        for (Signal const& x : trace.steps) add(x);
      }
    }
  }
  void add(Signal const& x) {
    if (!x.defined() || !x.requires_grad() || x.grad_fn().get() == last_) return;
    last_ = x.grad_fn().get();
    nodes_.emplace_back(x.grad_fn());
  }
  // By retain_grad() or a hook, as far as they still exist.
  bool have_gradients_asked_for() const {
    for (auto const& weak : nodes_) {
      auto const node = weak.lock();
      if (node && (!node->retains_grad_hooks().empty() || !node->tensor_pre_hooks().empty())) return true;
    }
    return false;
  }

 private:
  std::vector<NodeObserver> nodes_;
  torch::autograd::Node const* last_ = nullptr;
};

// Makes `outputs` results of the run; `inputs`: what it can be differentiated for.
template <class R>
void attach(std::shared_ptr<R> run, std::vector<Tensor> const& inputs, std::vector<Tensor>& outputs) {
  auto node = make_node<RunNode<R>>(std::move(run));
  node->set_next_edges(torch::autograd::collect_next_edges(inputs));
  for (Tensor& y : outputs) {
    if (y.defined()) {
      std::uint32_t const which = node->add_input_metadata(y);
      torch::autograd::impl::set_gradient_edge(y, {node, which});
    } else {
      node->add_input_metadata(torch::autograd::Node::undefined_input());
    }
  }
}

}  // namespace dynvision::run
