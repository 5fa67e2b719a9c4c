// CudaGraph: work on a GPU, recorded once and replayed: no time is lost between its kernels.
//
//   run::CudaGraph look = run::recorded(net, images, settings);                 outputs of run::compiled
//   run::CudaGraph step = run::recorded(net, images, labels, settings, loss);   loss, gradients in Tensor::grad()
//   Tensor const l = step({images, labels})[0];                                 as often as you like
//
// The shapes of what goes in stay as they were; results lie where they lay, so the next replay overwrites
// them. Replays read the parameters of the model where they are: an optimiser that changes them in place goes on as usual.
// Single numbers that the host reads (tau, delays, w and b of Self, the supralinear exponent) are those of the recording, so they
// must not learn. What is recorded must not wait for the GPU: no item(), no printing in a loss of your own.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/run/compiled.hpp>

#if defined(DYNVISION_WITH_CUDA)  // by dynvision::cuda
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#endif

#include <memory>
#include <utility>
#include <vector>

namespace dynvision::run {

[[gnu::cold]] inline void check_recordable(std::vector<Tensor> const& inputs) {
#if defined(DYNVISION_WITH_CUDA)
  bool const possible = c10::cuda::device_count() > 0;
#else
  bool const possible = false;
#endif
  if (!possible) fail("run", 144, "a CUDA graph without a CUDA device, or compiled without a CUDA toolkit");
  for (Tensor const& x : inputs) {
    if (!x.is_cuda()) fail("run", 145, {"a CUDA graph of tensors of ", x.device().str(), ": expected a GPU's"});
  }
}

#if defined(DYNVISION_WITH_CUDA)

class CudaGraph {
 public:
  // work(inputs) -> results, a function of the memory that `inputs` is copied to.
  template <class F> CudaGraph(std::vector<Tensor> const& inputs, F const& work) {
    check_recordable(inputs);
    at::AutoGradMode const graph(true);
    for (Tensor const& x : inputs) inputs_.push_back(x.detach().clone());
    c10::cuda::CUDAGuard const device(inputs_.at(0).device());
    c10::cuda::getCurrentCUDAStream().synchronize();
    c10::cuda::CUDAStream const stream = c10::cuda::getStreamFromPool();
    c10::cuda::CUDAStreamGuard const on_stream(stream);
    Remembering const now(numbers_);
    for (int i = 0; i < 3; ++i) work(inputs_);  // libraries choose their algorithms, memory is set aside
    if (numbers_->any_learns()) {
      fail("run", 146,
           "a CUDA graph of a model in which a number learns that the host reads: tau, a delay, or those of Self");
    }
    stream.synchronize();
    graph_->capture_begin();
    try {
      results_ = work(inputs_);
    } catch (...) {
      try {
        graph_->capture_end();
      } catch (std::exception const&) {  // the first error says more
      }
      throw;
    }
    graph_->capture_end();
    stream.synchronize();
  }

  // Copies in, replays; the results are overwritten by the next call.
  std::vector<Tensor> const& operator()(std::vector<Tensor> const& inputs) {
    at::AutoGradMode const no_gradient(false);
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      Tensor const& to = inputs_[i];
      bool const same =
          i < inputs.size() && inputs[i].sizes().equals(to.sizes()) && inputs[i].scalar_type() == to.scalar_type();
      if (!same || inputs.size() != inputs_.size()) {
        fail("run", 147, {"input ", i, " of a CUDA graph: expected ", shape_text(to.sizes()), " as recorded"});
      }
      if (!inputs[i].is_same(to)) to.copy_(inputs[i], true);
    }
    graph_->replay();
    return results_;
  }
  // The memory that is copied to: what is written there needs no copy.
  std::vector<Tensor> const& inputs() const { return inputs_; }

 private:
  std::vector<Tensor> inputs_, results_;
  std::shared_ptr<HostNumbers> numbers_ = std::make_shared<HostNumbers>();
  std::unique_ptr<at::cuda::CUDAGraph> graph_ = std::make_unique<at::cuda::CUDAGraph>();
};

// While it lives the parameters of a model are others, in the same memory and with the same gradients. To those that it has
// otherwise, graphs of earlier runs may hold on, and with them to the stream of those runs.
class ParametersOfRecording {
 public:
  explicit ParametersOfRecording(Parts const& parts) {
    visit_parameters(parts, [&](std::string const&, Tensor& tensor, bool learned) {
      before_.emplace_back(&tensor, tensor);
      if (!learned) return;
      Tensor own = tensor.detach().set_requires_grad(true);
      own.mutable_grad() = tensor.grad();
      tensor = std::move(own);
    });
    tie_parameters(parts);
  }
  ~ParametersOfRecording() {
    for (auto& [place, tensor] : before_) *place = tensor;
  }
  ParametersOfRecording(ParametersOfRecording const&) = delete;
  ParametersOfRecording& operator=(ParametersOfRecording const&) = delete;

 private:
  std::vector<std::pair<Tensor*, Tensor>> before_;
};

#else

inline namespace without_cuda {
class CudaGraph {  // says why there is none
 public:
  template <class F> CudaGraph(std::vector<Tensor> const& inputs, F const&) { check_recordable(inputs); }
  std::vector<Tensor> const& operator()(std::vector<Tensor> const&) { return inputs_; }
  std::vector<Tensor> const& inputs() const { return inputs_; }

 private:
  std::vector<Tensor> inputs_;
};
struct ParametersOfRecording {
  explicit ParametersOfRecording(Parts const&) {}
};
}  // namespace without_cuda

#endif

// Inference: {images} -> {outputs (B,T,K)}, then the responses of the layers (B,T,C,H,W) if they are recorded.
template <class Model> CudaGraph recorded(Model const& model, Tensor const& images, Settings const& settings) {
  return CudaGraph({images}, [&](std::vector<Tensor> const& inputs) {
    at::AutoGradMode const no_gradient(false);
    Activity const activity = compiled(model, inputs[0], settings);
    std::vector<Tensor> results{activity.outputs};
    for (Trace const& trace : activity.responses) results.push_back(trace.stacked());
    return results;
  });
}

// A training step: {images, labels} -> {loss}; loss(activity, labels) is a scalar. The gradients of the parameters are
// those of this step, in Tensor::grad(), which stays where it is: zero_grad must not take it away.
template <class Model, class Loss>
CudaGraph recorded(Model& model, Tensor const& images, Tensor const& labels, Settings const& settings,
                   Loss const& loss) {
  check_recordable({images, labels});
  Parameters const parameters = model.parameters();
  for (Parameter const& p : parameters) {
    if (p.learned) p.tensor.mutable_grad() = zeros(p.tensor.sizes(), p.tensor.options().requires_grad(false));
  }
  ParametersOfRecording const of_recording(model.parts());
  return CudaGraph({images, labels}, [&](std::vector<Tensor> const& inputs) {
    {
      at::AutoGradMode const no_gradient(false);
      for (Parameter const& p : parameters) {
        if (p.learned) p.tensor.grad().zero_();
      }
    }
    Tensor const value = loss(compiled(model, inputs[0], settings), inputs[1]);
    value.backward();
    return std::vector<Tensor>{value.detach()};
  });
}

}  // namespace dynvision::run
