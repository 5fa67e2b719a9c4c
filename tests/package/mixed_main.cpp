#include <dynvision/dyrcnn.hpp>

std::size_t parameters_of_mixed_unit();

int main() {
  dynvision::DyRCNNx2<> model({.n_classes = 2, .input_dims = {3, 16, 16}});
  return model.parameters().size() == parameters_of_mixed_unit() ? 0 : 1;
}
