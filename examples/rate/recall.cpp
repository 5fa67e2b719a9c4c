// What a network keeps of its inputs (review, Fig. 2): the directions that past inputs leave in two neurons, and an impulse that
// fifty neurons are to recall after thirty steps.
//
//   build/examples/rate/recall docs/figures
#include <dynvision/rate/reservoirs.hpp>
#include <dynvision/rate/systems/network.hpp>

#include "figure_of_numbers.hpp"
#include <Eigen/SVD>

#include <algorithm>

using namespace dynvision;

namespace {

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return (x[x.size() / 2] + x[(x.size() - 1) / 2]) / 2;
}

}  // namespace

int main(int count, char** arguments) {
  FigureOfNumbers figure("recall", "What a network keeps of its inputs");

  struct Coupling {
    double strength, first, second;  // singular values that are expected
  };
  figure.panel("two neurons: what the last three inputs leave", "neuron 1");
  for (Coupling const& of : {Coupling{0, 1.04, 0}, Coupling{0.3, 1.05, 0.32}, Coupling{0.9, 1.34, 0.99}}) {
    // [lags]
    Eigen::Matrix2d M;
    M << 0.2, 1, -1, 0.2;
    rate::Network<rate::activations::Linear> const net(of.strength * M, Eigen::Vector2d(1, 0.3));
    Eigen::MatrixXd const basis =  // columns B, A B, A A B
        rate::lag_basis(net, Eigen::Vector2d::Zero(), Eigen::MatrixXd::Zero(1, 3), 3);
    Eigen::VectorXd const sigma = Eigen::JacobiSVD<Eigen::MatrixXd>(basis).singularValues();
    // [/lags]
    std::vector<double> x, y;  // from 0 to each column and back
    for (Eigen::Index k = 0; k < 3; ++k) {
      x.insert(x.end(), {0, basis(0, k)}), y.insert(y.end(), {0, basis(1, k)});
    }
    std::string const name = "|A| = " + number_text(of.strength, 1) + " |M|";
    figure.curve(name, x, y);
    figure.number("first singular value, " + name, of.first, 0.005, "prototype", sigma[0]);
    figure.number("second singular value, " + name, of.second, 0.005, "prototype", sigma[1]);
  }

  struct Strength {
    double radius, nmse, margin;
  };
  figure.panel("fifty neurons: an impulse at 0, to be recalled at 30", "step");
  for (Strength const& of : {Strength{0, 1, 1e-12}, Strength{0.95, 0.001, 0.02}, Strength{1.6, 0.45, 0.1}}) {
    std::vector<double> nmse;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      // [recall]
      rate::Network<> const net(rate::scale_to_radius(rate::normal_matrix(50, 50, {seed, 0}), of.radius),
                                rate::normal_matrix(50, 1, {seed, 1}));
      rate::RecallByDelay const recalled = rate::delayed_recall(net);
      // [/recall]
      nmse.push_back(recalled.nmse);
      if (seed > 0) continue;
      std::vector<double> const output(recalled.output.data(), recalled.output.data() + recalled.output.size());
      figure.curve("radius " + number_text(of.radius, 2), steps(output.size()), output);
    }
    figure.number("error of 20 networks of radius " + number_text(of.radius, 2) + " (median)", of.nmse, of.margin,
                  of.radius == 0 ? "theory" : "prototype", median(nmse));
  }

  std::vector<double> radii, capacity;
  Eigen::MatrixXd const B = 0.1 * rate::normal_matrix(20, 1, {7, 1});
  for (double const radius : {0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.2, 1.4, 1.6}) {
    rate::Network<> const net(rate::scale_to_radius(rate::normal_matrix(20, 20, {7, 0}), radius), B);
    radii.push_back(radius),
        capacity.push_back(rate::memory_capacity(net, {.n_delays = 60, .n_train = 2000, .n_test = 2000}).total);
  }
  figure.panel("memory capacity of twenty neurons", "spectral radius").curve("", radii, capacity);
  Eigen::MatrixXd first = Eigen::MatrixXd::Zero(20, 1);
  first(0, 0) = 1;
  rate::Network<rate::activations::Linear> const line(rate::delay_line(20), first);
  figure.number("memory capacity of a delay line of 20", 20, 0.1, "theory", rate::memory_capacity(line).total);
  figure.number("largest memory capacity is at most 20", 10, 10.1, "theory",
                *std::max_element(capacity.begin(), capacity.end()));
  return figure.finish(count, arguments);
}
