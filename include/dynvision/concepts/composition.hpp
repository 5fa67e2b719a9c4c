// Composition: what an operation learns about its place when the model is put together.
//
// `compose(Composition&)` is where an operation makes its parameters and turns delays [ms] into steps. It runs once,
// in the constructor of the model; nothing is left for the first call.
#pragma once
#include <dynvision/concepts/noise_source.hpp>
#include <dynvision/concepts/options.hpp>
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/core/size.hpp>
#include <dynvision/dynamics/clock.hpp>

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct StoredLayer {  // what other layers may know of a layer; or a named state, "V1.a"
  std::string_view name;
  int state_channels = 0;  // of the stored response
  int memory = 1;          // [steps] that the delay line must hold
  int noises = 0;          // operations that draw random numbers
};

struct Composition {
  Options const& options;
  Clock clock;
  std::vector<StoredLayer>& places;  // of all layers, then of all named states
  int layer = 0;                     // index of this one
  int first_state = 0;               // index of the first named state of the operation, if it has any
  int channels = 0;                  // entering the operation
  Size size{};                       // (H,W) entering the operation, 0 where images of any size are taken
  bool alone = false;                // a part used outside a model
  bool of_head = false;              // the part is the head: in no layer
  std::optional<at::Generator> generator{};

  StoredLayer& here() { return places[static_cast<std::size_t>(layer)]; }
  int state_channels() { return here().state_channels; }

  void seed(std::optional<std::uint64_t> value);

  // Index of a layer by its name.
  int find(std::string_view name) const;

  // The delay line of layer `index` is asked to hold n steps.
  void remember(int index, int n);

  // Where an operation draws random numbers: its own place (concepts/noise_source.hpp).
  int noise_place() { return dynvision::noise_place(layer, here().noises++); }

  // A number that this part describes: at.number<"semisaturation">(*this).
  template <Name N, class Op> double number(Op const&) {
    constexpr PartNumber const* described = described_number<Op>(N.view());
    static_assert(described != nullptr,
                  "dynvision: `numbers` of this part has none of this name (docs/concepts/numbers.md)");
    if constexpr (described != nullptr) return checked_value(options, of_head ? "head" : here().name, *described);
    return 0;
  }

  // A number of this layer: its own if it has one, else the model's.
  double number(Option<double> Options::*of_model, std::optional<double> LayerOptions::*of_layer);
  // `otherwise`: what a message may offer beside the two nearest multiples of dt.
  int steps(Option<double> Options::*of_model, std::optional<double> LayerOptions::*of_layer, std::string_view what,
            std::string_view otherwise = {});

  double max_weight(double when_alone) const;

  // New parameters, in the dtype and on the device of the model.
  Tensor constant(at::IntArrayRef sizes, double value) const { return full(sizes, value, tensor_options()); }
  Tensor normal(at::IntArrayRef sizes, double std) { return made(zeros(sizes, cpu()).normal_(0, std, generator)); }
  Tensor uniform(at::IntArrayRef sizes, double bound);
  // Normal, cut off at +-2 (absolute).
  Tensor truncated_normal(at::IntArrayRef sizes, double std) { return normal(sizes, std).clamp_(-2, 2); }

 private:
  at::TensorOptions cpu() const { return at::TensorOptions(options.dtype); }
  at::TensorOptions tensor_options() const { return cpu().device(options.device); }
  Tensor made(Tensor const& x) const { return options.device.is_cpu() ? x : x.to(tensor_options()); }
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/concepts/composition.ipp>
#endif
