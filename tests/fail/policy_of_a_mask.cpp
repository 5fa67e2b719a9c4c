// g++: this operation does not take one of its policies (docs/concepts/operation.md)
// g++: Layer = V1; Operation = Conv<3, 36, 3, 1, Sparse<30> >
// clang++: this operation does not take one of its policies (docs/concepts/operation.md)
// clang++: V1, dynvision::Conv<3, 36, 3, 1, dynvision::Sparse<30>
#include <dynvision/connections/masked.hpp>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3, 1, Sparse<30>>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
