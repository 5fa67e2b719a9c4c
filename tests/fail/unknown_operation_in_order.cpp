// g++: unknown operation in Order: expected layer | addext | addskip
// g++: "tsetp"
// clang++: unknown operation in Order: expected layer | addext | addskip
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

int main() {
  DyRCNNx4<Full, Order<"layer", "tsetp", "nonlin", "record", "delay", "pool">> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
