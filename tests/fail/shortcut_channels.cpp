// g++: this operation cannot take so many channels (docs/concepts/layer.md)
// g++: Layer = V1; Operation = Residual<List<Conv<16, 32, 3, 2> >, List<>, As<
// clang++: this operation cannot take so many channels (docs/concepts/layer.md)
// clang++: V1, dynvision::Residual<dynvision::List<dynvision::Conv<16, 32, 3, 2>>, dynvision::List<>
#include <dynvision/resnet.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 16, 3>, Residual<List<Conv<16, 32, 3, 2>>, List<>, As<"{}.0">>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
