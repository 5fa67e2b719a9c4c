// g++: this is no policy of the model (docs/concepts/model.md)
// g++: Policy = Named
// clang++: this is no policy of the model (docs/concepts/model.md)
// clang++: <Named>
#include <dynvision/dyrcnn.hpp>

using namespace dynvision;

struct Named {  // members of policies, without saying that it is one
  static constexpr std::string_view label = "nonlin";
  static constexpr int retina = 1, is_order = 1;
  using skip_integration = Additive;
  Tensor operator()(Tensor const& x) const { return x; }
};

int main() {
  DyRCNNx4<Full, Named> net;
  return run::unroll(net, zeros({1, 3, 8, 8})).outputs.defined();
}
