// g++: Evolve needs a Solver, such as Euler or RungeKutta4 (docs/concepts/solver.md)
// g++: Layer = V1; Operation = Evolve<Leap>
// clang++: Evolve needs a Solver, such as Euler or RungeKutta4 (docs/concepts/solver.md)
// clang++: V1, dynvision::Evolve<Leap>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct Leap {
  static Tensor step(Tensor const& r) { return r; }
};
struct V1 : Layer<"V1", Conv<3, 36, 3>, Evolve<Leap>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};

int main() {
  MyNet net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
