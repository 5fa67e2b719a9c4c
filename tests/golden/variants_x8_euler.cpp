#include "variants_of.hpp"

void golden::add_x8_euler(Variants& variants) {
  VariantsOf<DyRCNNx8, Euler> of{variants, "DyRCNNx8", "euler"};
  of.add<None, Output>("none", "output");
  of.add_any<Output>("output");
  of.add_keeping<Output>("output");
  of.add_any<Input>("input");
  of.add_any<Middle>("middle");
  of.add_keeping<Middle>("middle");
}
