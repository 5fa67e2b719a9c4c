// The compiled path on a GPU, and a training step that is recorded once and replayed. Without a GPU it runs on the CPU.
//
//   cmake --build build --target example.11_run_on_a_gpu && build/examples/11_run_on_a_gpu
#include "11_run_on_a_gpu.hpp"

#include <dynvision/run/cuda_graph.hpp>
#include <dynvision/run/run.hpp>

#include <ATen/Context.h>

#include <cstdio>

using namespace dynvision;

int main() {
  // [run]
  at::Device const device = at::hasCUDA() ? at::kCUDA : at::kCPU;
  gpu_example::MyNet net({.n_classes = 10, .t_recurrence = 6, .seed = 1});
  net.to(at::TensorOptions(device));
  Tensor const images = randn({8, 3, 16, 16}).to(device), labels = randn({8, 12, 10}).to(device);
  run::Settings const settings{.n_timesteps = 12};
  run::Activity const activity = run::run(net, images, settings);  // outputs (B,T,K), on the device
  // [/run]
  std::printf("outputs on %s\n", activity.outputs.device().str().c_str());

  auto const loss = [](run::Activity const& all, Tensor const& wanted) {
    return all.outputs.sub(wanted).square().mean();
  };
  double last = 0;
  if (device.is_cuda()) {
    // [graph]
    run::CudaGraph step = run::recorded(net, images, labels, settings, loss);
    for (int i = 0; i < 10; ++i) {
      last = step({images, labels})[0].item<double>();  // copies in, replays; gradients are in grad()
      at::AutoGradMode const no_gradient(false);
      for (Parameter const& p : net.parameters()) {
        if (p.learned) p.tensor.sub_(p.tensor.grad(), 0.1);
      }
    }
    // [/graph]
  } else {
    Tensor const value = loss(activity, labels);
    value.backward();
    last = value.item<double>();
  }
  std::printf("loss %.4f\n", last);
  return !(last > 0);
}
