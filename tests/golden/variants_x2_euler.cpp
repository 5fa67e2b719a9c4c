#include "variants_of.hpp"

void golden::add_x2_euler(Variants& variants) {
  VariantsOf<DyRCNNx2, Euler> of{variants, "DyRCNNx2", "euler"};
  of.add<None, Output>("none", "output");
  of.add_any<Output>("output");
  of.add_keeping<Output>("output");
  of.add_any<Input>("input");
}
