// A model of one's own, as `dynvision train --model my_areas.hpp:MyNet` reads it.
#pragma once
#include <dynvision/dyrcnn.hpp>

// [areas]
using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 16, 5, 2>, Recur<Full<16>>, AddFeedback<"V2">, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<16, 32, 3, 2>, Recur<Self<32>>, Evolve<RungeKutta4>, Relu, Record, Delay> {};
using MyNet = Model<V1, V2>;
// [/areas]
