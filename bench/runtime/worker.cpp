// The library's paths as a process that bench/run asks, line by line: JSON both ways, see bench/README.md.
//
//   {"do": "write", "case": {...}, "weights": FILE, "expected": FILE}    makes both files, by the reference path
//   {"do": "open", "case": {...}, "weights": FILE, "expected": FILE}     a model, and one step with it
//   {"do": "check"}    {"do": "time", "calls": N}    {"do": "bytes"}    {"do": "count"}    {"do": "dispatch"}
//   {"do": "close"}    {"do": "paths"}
//
// Another path is one line in `run_on` and one in `path_names`, both in subject.hpp.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/io/weights.hpp>
#include <dynvision/losses/cross_entropy.hpp>
#include <dynvision/run/keep_freed_memory.hpp>

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/randint_ops.h>

#include "../baseline/plain.hpp"
#include "../probes/calls.hpp"
#include "device.hpp"
#include "dispatch.hpp"
#include "subject.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

// Of probes/memory.cpp, which bench/run preloads.
extern "C" {
[[gnu::weak]] long long bench_memory_now();
[[gnu::weak]] long long bench_memory_peak();
[[gnu::weak]] long long bench_memory_allocations();
[[gnu::weak]] void bench_memory_reset();
}

namespace {

using namespace dynvision;
using namespace bench;
using nlohmann::json;

template <class Model> Subject dyrcnn_subject(Case const& chosen) {
  Options numbers{.input_dims = {3, chosen.size, chosen.size}, .seed = 1};
  numbers.t_recurrence = numbers.dt * chosen.delay;
  return subject_of(chosen, std::make_shared<Model>(numbers));
}

Subject plain_subject(Case const& chosen) {
  if (chosen.checkpoint > 0) throw std::invalid_argument("plain LibTorch has no checkpoints");
  plain::Program program = plain::program(chosen.model, chosen.recurrence, chosen.steps, chosen.delay);
  Subject subject{{}, program.forward};
  for (auto const& [name, tensor] : program.parameters) subject.parameters.push_back({name, tensor});
  return subject;
}

Subject subject_of(Case const& chosen) {
  if (chosen.path == "libtorch") return plain_subject(chosen);
  std::string const name = chosen.model + " " + chosen.recurrence;
  if (name == "x2 full") return dyrcnn_subject<DyRCNNx2<Full>>(chosen);
  if (name == "x4 full") return dyrcnn_subject<DyRCNNx4<Full>>(chosen);
  if (name == "x4 self") return dyrcnn_subject<DyRCNNx4<Self>>(chosen);
  if (name == "x4 depthpointwise") return dyrcnn_subject<DyRCNNx4<DepthPointwise>>(chosen);
  if (name == "x4 pointdepthwise") return dyrcnn_subject<DyRCNNx4<PointDepthwise>>(chosen);
  if (name == "x4 local") return dyrcnn_subject<DyRCNNx4<Local>>(chosen);
  if (name == "x8 full") return dyrcnn_subject<DyRCNNx8<Full>>(chosen);
  if (name == "cornet_rt self" || name == "cordsnet full") return published_subject(chosen);
  throw std::invalid_argument("no model " + name);
}

// In bfloat16 under autocast, as the Python programs.
struct Autocast {
  at::DeviceType device;
  bool before = at::autocast::is_autocast_enabled(device);
  explicit Autocast(Case const& chosen) : device(chosen.on_gpu() ? at::kCUDA : at::kCPU) {
    at::autocast::set_autocast_enabled(device, chosen.half() && chosen.interpreted());
  }
  ~Autocast() {
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device, before);
  }
  Autocast(Autocast const&) = delete;
  Autocast& operator=(Autocast const&) = delete;
};

// Far enough from zero, in every connection, for a mistake to be seen in the outputs.
void draw(Parameters const& parameters) {
  at::AutoGradMode const no_gradient(false);
  for (Parameter const& p : parameters) {
    std::int64_t const inputs = p.tensor.dim() > 1 ? p.tensor.numel() / p.tensor.size(0) : 0;
    if (!p.learned) continue;
    if (inputs == 0 && p.name.ends_with(".weight") && p.name.find("norm") != std::string::npos) {  // of a normalisation
      p.tensor.uniform_(0.5, 1.5);
      continue;
    }
    double const bound = inputs == 0                                      ? 0.1
                         : p.name.find("recurrence") != std::string::npos ? 0.8 / std::sqrt(static_cast<double>(inputs))
                                                                          : 2 / std::sqrt(static_cast<double>(inputs));
    p.tensor.uniform_(-bound, bound);
  }
}

double relative(Tensor const& found, Tensor const& expected) {
  return found.sub(expected).norm().item<double>() / std::max(expected.norm().item<double>(), 1e-30);
}

class Worker {
 public:
  json answer(json const& request) {
    std::string const what = request.at("do");
    if (what == "paths") return {{"paths", path_names}};
    if (what == "write") return write(request);
    if (what == "open") return open(request);
    if (what == "close") return close();
    if (what == "check") return check();
    if (what == "time") return time(request.at("calls"));
    if (what == "bytes") return bytes();
    if (what == "count") return count();
    if (what == "dispatch") return dispatch();
    throw std::invalid_argument("no request " + what);
  }

 private:
  using Clock = std::chrono::steady_clock;
  Case chosen_;
  Subject subject_;
  TensorMap expected_;
  Tensor images_, labels_;  // (B,C,H,W), (B,T)
  Tensor first_;            // outputs of the first step, while its gradients are there
  long long base_ = 0;      // [bytes] with parameters and inputs
  std::unique_ptr<run::CudaGraph> graph_;

  static double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

  void forget_gradients() {
    first_.reset();
    for (Parameter const& p : subject_.parameters) p.tensor.mutable_grad().reset();
  }

  // Outputs; of a recorded training step its loss.
  Tensor step() {
    if (graph_) return (*graph_)(graph_->inputs())[0];
    at::AutoGradMode const gradient(chosen_.training());
    if (!chosen_.training()) {
      Autocast const half(chosen_);
      return subject_.forward(images_);
    }
    forget_gradients();
    Tensor outputs, loss;
    {
      Autocast const half(chosen_);
      outputs = subject_.forward(images_);
      loss = chosen_.on_gpu() ? mean_cross_entropy(outputs, labels_) : CrossEntropy{}(outputs.to(at::kFloat), labels_);
    }
    loss.backward();
    return outputs.detach();
  }
  void finish_step() {
    step();
    if (chosen_.on_gpu()) device::wait();
  }

  json write(json const& request) {
    chosen_ = request.at("case");
    if (chosen_.path != "libtorch") run::keep_freed_memory();  // as the documents advise
    subject_ = subject_of(chosen_);
    draw(subject_.parameters);
    std::vector<c10::SymInt> const one_each{chosen_.batch, 1};
    images_ = randn({chosen_.batch, 3, chosen_.size, chosen_.size});
    labels_ = at::_ops::randint::call(10, one_each, at::kLong, std::nullopt, std::nullopt, std::nullopt)
                  .expand({chosen_.batch, chosen_.steps})
                  .contiguous();
    save_weights(request.at("weights").get<std::string>(), subject_.parameters);
    std::vector<TensorMap::Entry> entries{{"images", images_}, {"labels", labels_}, {"outputs", step()}};
    for (Parameter const& p : subject_.parameters) {
      if (p.tensor.grad().defined()) entries.emplace_back("gradient." + p.name, p.tensor.grad());
    }
    write_safetensors(request.at("expected").get<std::string>(), entries);
    return json::object();
  }

  json open(json const& request) {
    close();
    chosen_ = request.at("case");
    if (chosen_.path != "libtorch") run::keep_freed_memory();  // as the documents advise
    subject_ = subject_of(chosen_);
    std::string const file = request.at("weights");
    bool const all = chosen_.path != "libtorch";  // its time constants are numbers
    put_weights(read_safetensors(file), subject_.parameters, file, {.strict = all});
    expected_ = read_safetensors(request.at("expected").get<std::string>());
    at::TensorOptions const here(chosen_.on_gpu() ? at::kCUDA : at::kCPU);
    labels_ = expected_["labels"].to(here);
    images_ = expected_["images"].to(here);
    if (chosen_.layout == "channels-last") images_ = images_.contiguous(at::MemoryFormat::ChannelsLast);
    base_ = now();
    auto const start = Clock::now();
    if (subject_.recorded) graph_ = std::make_unique<run::CudaGraph>(subject_.recorded(images_, labels_));
    Tensor const outputs = step();
    if (chosen_.on_gpu()) device::wait();
    first_ = outputs;
    return {{"first", since(start)}};
  }

  json close() {
    graph_.reset();
    subject_ = {};
    expected_ = {};
    images_ = labels_ = first_ = Tensor{};
    return json::object();
  }

  json check() {
    Tensor const outputs = (first_.defined() ? first_ : step()).cpu().to(at::kFloat);
    json reply = json::object();
    if (!graph_ || !chosen_.training()) reply["outputs"] = relative(outputs, expected_["outputs"]);
    if (!chosen_.training()) return reply;
    double worst = 0;
    for (Parameter const& p : subject_.parameters) {
      if (expected_.contains("gradient." + p.name)) {
        worst = std::max(worst, relative(p.tensor.grad().cpu(), expected_["gradient." + p.name]));
      }
    }
    reply["gradients"] = worst;
    return reply;
  }

  json time(int calls) {
    std::vector<double> seconds;
    for (int i = 0; i < calls; ++i) {
      auto const start = Clock::now();
      finish_step();
      seconds.push_back(since(start));
    }
    return {{"seconds", seconds}};
  }

  long long now() const {
    if (chosen_.on_gpu()) return device::now();
    return bench_memory_now ? bench_memory_now() : 0;
  }

  json bytes() {
    if (chosen_.on_gpu()) {
      forget_gradients();
      device::reset_peak();
      finish_step();
      return {{"bytes", device::peak() - base_}};
    }
    if (!bench_memory_now) throw std::runtime_error("probes/memory.cpp is not preloaded");
    forget_gradients();
    bench_memory_reset();
    step();
    return {{"bytes", bench_memory_peak() - base_}};
  }

  json count() {
    if (!bench_memory_now) throw std::runtime_error("probes/memory.cpp is not preloaded");
    forget_gradients();
    long long const before = bench_memory_allocations();
    step();
    long long const allocations = bench_memory_allocations() - before;
    bench_calls_start();
    auto const start = Clock::now();
    finish_step();
    double const seconds = since(start);
    BenchCalls counts{};
    bench_calls_stop(&counts);
    return {{"calls", counts.calls},
            {"allocations", allocations},
            {"seconds", seconds},
            {"convolution", counts.convolution},
            {"operators", counts.operators}};
  }

  json dispatch() {
    if (!subject_.prepared) throw std::invalid_argument("path " + chosen_.path + " has no tables of functions");
    at::AutoGradMode const gradient(chosen_.training());
    auto const prepared = subject_.prepared(images_);
    IndirectCalls calls(*prepared);
    run::CompiledRun run(prepared);
    std::vector<Tensor> results = run.forward();
    json reply{{"steps", chosen_.steps},          {"blocks", prepared->table.blocks.size()},
               {"nodes", prepared->nodes.size()}, {"stages", prepared->stages.size()},
               {"forward", calls.take()},         {"reverse", json::object()}};
    if (chosen_.training()) {
      for (Tensor& x : results) x = x.defined() ? x.detach().clone().fill_(1) : x;
      run.reverse(results);
      reply["reverse"] = calls.take();
    }
    reply["call"] = seconds_of_empty_call();
    return reply;
  }
};

}  // namespace

int main() {
  char const* const threads = std::getenv("OMP_NUM_THREADS");
  at::set_num_threads(threads ? std::atoi(threads) : 2);
  Worker worker;
  for (std::string line; std::getline(std::cin, line);) {
    json reply;
    try {
      reply = worker.answer(json::parse(line));
    } catch (std::exception const& error) {
      std::string const message = error.what();
      reply = {{"error", message.substr(0, message.find('\n'))}};
    }
    std::cout << reply.dump() << std::endl;
  }
}
