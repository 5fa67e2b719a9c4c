// g++: Recur needs a Lateral connection, such as Full<36, 3> (docs/concepts/connection.md)
// g++: Layer = V1; Operation = Recur<Conv<36
// clang++: Recur needs a Lateral connection, such as Full<36, 3> (docs/concepts/connection.md)
// clang++: V1, dynvision::Recur<dynvision::Conv<36.*>>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Recur<Conv<36, 36, 3>>, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
