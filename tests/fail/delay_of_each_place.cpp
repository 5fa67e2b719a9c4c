// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Recur<Full<32>, LearnedDelay<Spatial>
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::Recur<.*LearnedDelay<dynvision::Spatial>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 32, 3>, Recur<Full<32>, LearnedDelay<Spatial>>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
