// g++: Residual and Repeat take operations of a signal alone, or with forgets_state: nothing that reads or stores a state
// g++: Layer = V1; Operation = Residual<List<Conv<
// clang++: Residual and Repeat take operations of a signal alone, or with forgets_state: nothing that reads or stores a state
// clang++: V1, dynvision::Residual<dynvision::List<dynvision::Conv<
#include <dynvision/resnet.hpp>

using namespace dynvision;

struct V1 : Layer<"V1", Conv<3, 16, 3>, Residual<List<Conv<16, 16, 3>, Recur<NoRecurrence<16>>>>, Relu, Record, Delay> {
};
struct MyNet : Model<V1> {};
MyNet net;
