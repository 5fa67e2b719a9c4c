// covers: rate/ensembles/members.hpp
// Pruned, lesioned and turned up: what stays, in which members, and what a run makes of it.
#include <dynvision/connections/masked.hpp>
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/rate/ensembles.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/train/gradient_norm.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

struct Net : CTRNN<2, 6, Tanh, Recurrent<Masked<NoAutapses>>, Outgoing<Masked<>>, More<Modulate>> {
  using CTRNN::CTRNN;
};
Options numbers() { return {.n_classes = 2, .dt = 10, .tau = 35, .seed = 3, .dtype = at::kDouble}; }

Tensor outputs(auto const& net, run::Settings const& settings = {}) {
  return run::run(net, normal({2, 5, 2}, 1), settings).outputs;
}
double count(Tensor const& x) { return x.ne(0).sum().item<double>(); }

}  // namespace

TEST_CASE("pruning keeps the largest weights of each member", "[ensembles]") {
  Ensemble<3, Net> net(numbers());
  Parameters const all = net.parameters();
  Net alone = net.member(1);
  rate::prune(all, "rates.recurrent", 0.5);
  rate::prune(alone.parameters(), "rates.recurrent", 0.5);
  for (int k = 0; k < 3; ++k) {
    Parameters const one = net.member_parameters(k);
    Tensor const mask = tensor_of(one, "rates.recurrent.mask"), w = tensor_of(one, "rates.recurrent.weight").abs();
    CHECK(count(mask) == 18);
    CHECK(count(mask.diagonal()) == 0);
    Tensor const off = ones({6, 6}, w.options()).sub(zeros({6, 6}, w.options()).fill_diagonal_(1));
    CHECK(w.masked_fill(mask.eq(0), 1e9).min().item<double>() >
          w.mul(off).masked_fill(mask.ne(0), 0).max().item<double>());
  }
  CHECK(distance(tensor_of(alone.parameters(), "rates.recurrent.mask"),
                 tensor_of(net.member_parameters(1), "rates.recurrent.mask")) == 0);
  rate::prune(all, "rates.recurrent", 0.9);  // what is lost stays lost
  CHECK(count(tensor_of(all, "rates.recurrent.mask")) == 3 * 18);
  CHECK(failure([&] { rate::prune(all, "rates.recurrent", 1.1); }) == "rate.163");
  CHECK(failure([&] { rate::prune(all, "rates.input", 0.5); }) == "model.107");
}

TEST_CASE("lesions and gains reach the members that they are for", "[ensembles]") {
  Ensemble<3, Net> net(numbers());
  Parameters const all = net.parameters();
  Tensor const before = rate::by_member(outputs(net), 3).detach();
  Net lone = net.member(2);
  rate::lesion_units(all, {0, 4}, {2});
  rate::lesion_units(lone.parameters(), {0, 4});
  Tensor after = rate::by_member(outputs(net), 3).detach();
  CHECK(distance(before.narrow(0, 0, 2), after.narrow(0, 0, 2)) == 0);
  CHECK(distance(before.select(0, 2), after.select(0, 2)) > 1e-6);
  CHECK(distance(outputs(lone), after.select(0, 2)) < 1e-13);

  Tensor const gone = zeros({6, 6}, before.options());
  gone.select(0, 1).select(0, 3).fill_(1);
  rate::lesion_connections(all, "rates.recurrent", gone, {0});
  CHECK(tensor_of(all, "rates.recurrent.mask").select(0, 0).select(0, 1).select(0, 3).item<double>() == 0);
  CHECK(tensor_of(all, "rates.recurrent.mask").select(0, 1).select(0, 1).select(0, 3).item<double>() == 1);
  after = rate::by_member(outputs(net), 3).detach();

  Tensor const gains = row({1, 2, 1});
  Tensor const turned = outputs(net, {.external = {{"rates.modulation", rate::gains_of_members(gains, 6, 5)}}});
  Tensor const by_member = rate::by_member(turned, 3);
  CHECK(distance(after.select(0, 0), by_member.select(0, 0)) < 1e-13);
  CHECK(distance(after.select(0, 1), by_member.select(0, 1)) > 1e-6);
  // In every step: that of the lone network.
  Tensor const twice = ones({1, 5, 6}, before.options()).mul(2);
  Tensor const alone = outputs(net.member(1), {.external = {{"rates.modulation", twice}}});
  CHECK(distance(by_member.select(0, 1), alone) < 1e-13);

  Tensor const w = tensor_of(all, "rates.recurrent.weight").detach().clone();
  rate::scale_weights(all, "rates.recurrent", 1.5, {1});
  Tensor const scaled = tensor_of(all, "rates.recurrent.weight").detach();
  CHECK(distance(scaled.select(0, 1), w.select(0, 1).mul(1.5)) == 0);
  CHECK(distance(scaled.select(0, 0), w.select(0, 0)) == 0);

  CHECK(failure([&] { rate::lesion_units(all, {6}); }) == "rate.164");
  CHECK(failure([&] { rate::lesion_units(all, {0}, {3}); }) == "rate.161");
  CHECK(failure([&] { rate::lesion_connections(all, "rates.recurrent", zeros({3, 3})); }) == "rate.164");
  CHECK(failure([&] { rate::gains_of_members(zeros({3, 5}), 6, 1); }) == "rate.164");
}

TEST_CASE("losses of members", "[ensembles]") {
  Tensor const x = normal({4, 5, 6}, 1);
  Tensor const of_members = rate::by_member(x, 3);
  CHECK(distance(of_members.select(0, 1), x.narrow(2, 2, 2)) == 0);
  Tensor const losses = rate::member_losses(x, 3, [](Tensor const& z) { return z.square().mean(); });
  CHECK(distance(losses.select(0, 2), x.narrow(2, 4, 2).square().mean()) < 1e-15);
  Tensor const by_number = rate::member_losses(x, 3, [](Tensor const& z, int k) { return z.mean().mul(k); });
  CHECK(by_number.select(0, 0).item<double>() == 0);
  CHECK(failure([&] { rate::by_member(x, 4); }) == "rate.160");
}

TEST_CASE("each member's gradient is clipped as when it is alone", "[ensembles]") {
  Ensemble<3, Net> nets(numbers());
  Net lone = nets.member(1);
  Tensor const x = normal({2, 5, 2}, 1);
  auto const size = [](Tensor const& z) { return z.square().sum().mul(50); };
  rate::member_losses(run::run(nets, x).outputs, 3, size).sum().backward();
  size(run::run(lone, x).outputs).backward();
  double const norm = gradient_norm(lone.parameters());
  REQUIRE(norm > 0.5);
  clip_gradient(lone.parameters(), 0.5, norm);
  CHECK(std::abs(rate::clip_members(nets.parameters(), 3, 0.5)[1].item<double>() - norm) < 1e-9 * norm);
  for (Parameter const& p : lone.parameters()) {
    if (!p.learned) continue;
    Tensor const g = tensor_of(nets.parameters(), p.name).grad();
    CHECK(distance(g.view({3, -1}).select(0, 1), p.tensor.grad().flatten()) < 1e-10);
  }
  // A gradient that is short enough stays as it is.
  Tensor const before = tensor_of(nets.parameters(), "readout.weight").grad().clone();
  rate::clip_members(nets.parameters(), 3, 100);
  CHECK(distance(before, tensor_of(nets.parameters(), "readout.weight").grad()) == 0);
  CHECK(failure([&] { rate::clip_members(nets.parameters(), 0, 1); }) == "rate.160");
  CHECK(failure([&] { rate::clip_members(nets.parameters(), 5, 1); }) == "rate.160");
}
