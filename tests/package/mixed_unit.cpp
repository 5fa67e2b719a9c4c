#include <dynvision/dyrcnn.hpp>

std::size_t parameters_of_mixed_unit();
std::size_t parameters_of_mixed_unit() {
  dynvision::DyRCNNx2<> model({.n_classes = 2, .input_dims = {3, 16, 16}});
  return model.parameters().size();
}
