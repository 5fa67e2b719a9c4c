// g++: LowRank stands before the other parametrisations of a weight (docs/concepts/weights.md)
// g++: Layer = V1; Operation = Conv<3, 36, 3, 1, Masked<.*LowRank<2> >
// clang++: LowRank stands before the other parametrisations of a weight (docs/concepts/weights.md)
// clang++: V1, dynvision::Conv<3, 36, 3, 1, dynvision::Masked<.*dynvision::LowRank<2>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 36, 3, 1, Masked<>, LowRank<2>>, Relu, Record, Delay> {};
struct MyNet : Model<V1> {};
MyNet net;
