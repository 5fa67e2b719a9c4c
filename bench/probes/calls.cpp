#include "calls.hpp"

#include <ATen/record_function.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string_view>

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<long long> calls{0};
std::atomic<long long> convolution{0}, operators{0};  // [ns]
thread_local int depth = 0, convolution_depth = 0;
at::CallbackHandle handle{};

struct Begin : at::ObserverContext {
  Clock::time_point start{};
  bool outermost = false, is_convolution = false, outermost_convolution = false;
};

bool names_convolution(std::string_view name) {
  for (std::string_view const known :
       {"aten::conv2d", "aten::convolution", "aten::convolution_backward", "dynvision::convolution",
        "dynvision::convolution_backward", "dynvision::convolution_weights_backward"}) {
    if (name == known) return true;
  }
  return name.starts_with("mkldnn::_convolution") || name.starts_with("aten::mkldnn_convolution");
}

std::unique_ptr<at::ObserverContext> begin(at::RecordFunction const& function) {
  if (function.scope() == at::RecordScope::FUNCTION) calls.fetch_add(1, std::memory_order_relaxed);
  auto context = std::make_unique<Begin>();
  context->is_convolution = names_convolution(function.name());
  context->outermost = depth++ == 0;
  context->outermost_convolution = context->is_convolution && convolution_depth++ == 0;
  if (context->outermost || context->outermost_convolution) context->start = Clock::now();
  return context;
}

void end(at::RecordFunction const&, at::ObserverContext* context) {
  auto const& at_begin = static_cast<Begin const&>(*context);
  --depth;
  if (at_begin.is_convolution) --convolution_depth;
  if (!at_begin.outermost && !at_begin.outermost_convolution) return;
  long long const spent = std::chrono::nanoseconds(Clock::now() - at_begin.start).count();
  if (at_begin.outermost) operators.fetch_add(spent, std::memory_order_relaxed);
  if (at_begin.outermost_convolution) convolution.fetch_add(spent, std::memory_order_relaxed);
}

}  // namespace

extern "C" void bench_calls_start() {
  calls = convolution = operators = 0;
  handle = at::addGlobalCallback(
      at::RecordFunctionCallback(begin, end).scopes({at::RecordScope::FUNCTION, at::RecordScope::USER_SCOPE}));
}

extern "C" void bench_calls_stop(BenchCalls* counts) {
  at::removeCallback(handle);
  *counts = {calls.load(), static_cast<double>(convolution.load()) / 1e9, static_cast<double>(operators.load()) / 1e9};
}
