// The model of 11_run_on_a_gpu, for the program and for its kernels.
#pragma once
#include <dynvision/dyrcnn.hpp>

// [model]
namespace gpu_example {  // not an unnamed one: the .cpp and the .cu file must mean the same type
using namespace dynvision;
struct V1 : Layer<"V1", Conv<3, 16, 3>, Recur<Full<16>>, Evolve<>, Relu, Record, Delay, MaxPool<3, 2>> {};
struct V2 : Layer<"V2", Conv<16, 24, 3>, Recur<Full<24>>, Evolve<>, Relu, Record, Delay> {};
using MyNet = Model<V1, V2>;
}  // namespace gpu_example
// [/model]
