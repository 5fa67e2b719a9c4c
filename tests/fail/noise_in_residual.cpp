// g++: Residual and Repeat take operations of a signal alone
// g++: Layer = V1
// clang++: Residual and Repeat take operations of a signal alone
// clang++: V1, dynvision::Residual<
#include <dynvision/dyrcnn.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/residual.hpp>

using namespace dynvision;

struct V1
    : Layer<"V1", Conv<3, 36, 3>, Residual<List<Noise<PerStep>, Conv<36, 36, 3>>>, Evolve<Euler>, Relu, Record, Delay> {
};
struct MyNet : Model<V1> {};
MyNet net;
