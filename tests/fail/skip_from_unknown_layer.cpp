// g++: the model has no layer of the name this connection comes from
// g++: AddSkip<Name<3>{"V3"}
// clang++: the model has no layer of the name this connection comes from
// clang++: V2, dynvision::AddSkip<
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3>, Evolve<Euler>, Relu, Record, Delay> {};
struct V2 : Layer<"V2", Conv<36, 64, 3>, AddSkip<"V3">, Evolve<Euler>, Relu, Record, Delay> {};
struct MyNet : Model<V1, V2> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
