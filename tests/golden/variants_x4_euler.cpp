#include "variants_of.hpp"

void golden::add_x4_euler(Variants& variants) {
  VariantsOf<DyRCNNx4, Euler> of{variants, "DyRCNNx4", "euler"};
  of.add<None, Output>("none", "output");
  of.add_any<Output>("output");
  of.add_keeping<Output>("output");
  of.add_any<Input>("input");
}
