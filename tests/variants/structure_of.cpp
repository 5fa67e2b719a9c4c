// A type's text means the structure that its types are made of, however it is written.
#include <dynvision/variants/structure_of.hpp>

#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

TEST_CASE("the text of a type, written in any way, means one structure", "[variants]") {
  for (std::string const text :
       {"DyRCNNx4<>", "DyRCNNx4<Self>", "DyRCNNx4<Full, ToInput, RungeKutta4, Feedback<Multiplicative>>",
        "DyRCNNx8<Full, ToMiddle, Multiplicative, NoSkip, Tanh, WithRetina, WithNoise<WhiteDrive>, LearnedDelay<>, "
        "Order<\"layer\", \"tstep\", \"nonlin\", \"record\", \"delay\">>",
        "CorNetRT<>", "ResNet18<>", "AlexNet<Full, Euler>"}) {
    CHECK(type_of(structure_of(text)) == text);
  }
  CHECK(type_of(structure_of("DyRCNNx4<Full>")) == "DyRCNNx4<>");
  CHECK(type_of(structure_of("DyRCNNx4<Full, RungeKutta4, ToInput>")) == "DyRCNNx4<Full, ToInput, RungeKutta4>");
  CHECK(type_of(structure_of("DyRCNNx4<Full, Skip<Additive>, Feedback<Additive>, Additive, PublishedOrder>")) ==
        "DyRCNNx4<Full, Feedback<>>");
  CHECK(type_of(structure_of("ResNet<50, NoRecurrence>")) == "ResNet50<>");
  CHECK(type_of(structure_of("CTRNN<0, 0>")) == "CTRNN<>");
  for (std::string const list :
       {"Recurrent<Masked<NoAutapses>, Dale<4, 1>>", "Recurrent<Masked<NoAutapses>, Dale<>>"}) {
    CHECK(type_of(structure_of("CTRNN<0, 0, Tanh, WithNoise<StationaryDrive>, " + list + ">")) ==
          "CTRNN<image_channels, any_units, Tanh, WithNoise<StationaryDrive>, Recurrent<Masked<NoAutapses>, Dale<>>>");
  }
  CHECK(type_of(structure_of("CTRNN<0, 0, Recurrent<Masked<AllConnections>>, Outgoing<Dale<4, 1>>>")) ==
        "CTRNN<image_channels, any_units, Recurrent<Masked<>>, Outgoing<Dale<>>>");
}

TEST_CASE("what is no type of the library is refused", "[variants]") {
  for (std::string const text :
       {"", "DyRCNNx4", "DyRCNNx4<Fulll>", "DyRCNNx4<Full, Rungekutta>", "DyRCNNx4<Full, Order<layer>>",
        "DyRCNNx4<Full, Order<\"layer\">{}, evil()>", "DyRCNNx4<Full>{}; int x; struct Y<>", "CTRNN<3, 50>", "CTRNN<0>",
        "CTRNN<0, 0, Recurrent<Dale<>{}; int x; struct Y<>>>"}) {
    INFO(text);
    CHECK(failure([&] { structure_of(text); }) == "variants.107");
  }
  CHECK(failure([] { structure_of("DyRCNNx5<Full>"); }) == "variants.101");
  CHECK(failure([] { structure_of("DyRCNNx4<Full, ToMiddle>"); }) == "variants.104");
  CHECK(failure([] { structure_of("DyRCNNx4<Full, Order<\"layer\", \"x\");evil(\">>"); }) == "variants.105");
}
