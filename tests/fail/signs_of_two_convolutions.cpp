// g++: the weights of this lateral connection do not take one of its parametrisations
// g++: Layer = V1; Operation = Recur<PointDepthwise<36.*Dale<
// clang++: the weights of this lateral connection do not take one of its parametrisations
// clang++: V1, dynvision::Recur<dynvision::PointDepthwise<36.*, dynvision::Dale<
#include <dynvision/connections/dale.hpp>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Recur<PointDepthwise<36>, Dale<>>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
