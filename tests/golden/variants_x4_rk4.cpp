#include "variants_of.hpp"

void golden::add_x4_rk4(Variants& variants) {
  VariantsOf<DyRCNNx4, RungeKutta4> of{variants, "DyRCNNx4", "rk4"};
  of.add<None, Output>("none", "output");
  of.add_any<Output>("output");
  of.add_keeping<Output>("output");
  of.add_any<Input>("input");
}
