#include "unit.hpp"

using namespace golden;

TEST_CASE("the recipe gives the published numbers", "[golden]") {
  CHECK(recipe_number(1, 0) == 0.5326035022735596);
  CHECK(recipe_number(1, 1) == -0.7479380369186401);
  CHECK(recipe_number(1, 2) == 0.40186238288879395);
}

TEST_CASE("every unit file is of a class that is tested", "[golden]") {
  auto const all = files("unit");
  CHECK(!all.empty());
  for (std::filesystem::path const& path : all) {
    INFO(path.string());
    CHECK_NOTHROW(unit_class(File(path)));
  }
}

TEST_CASE("relative errors", "[golden]") {
  Tensor const one = dynvision::ones({2}, at::kDouble), none = dynvision::zeros({2}, at::kDouble);
  CHECK(relative_error(one.mul(2), one) == 1);
  CHECK(relative_error(one.mul(3), none) == 3);
  CHECK(relative_error(one, one.mul(4), 2) == 1.5);
  CHECK(std::isinf(relative_error(one, dynvision::ones({3}, at::kDouble))));
  CHECK(std::isinf(relative_error(one.div(0).sub(one.div(0)), one)));
}
