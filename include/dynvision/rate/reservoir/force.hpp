// Force: a reservoir with its output fed back, whose readout learns while it runs (FORCE, Sussillo & Abbott 2009).
//
//   r <- F(r, [u; z])      z = W r       W by recursive least squares, so that z stays close to the target from the first steps on
//
// The inputs of the network are those from outside, then as many as outputs.
//
//   rate::Force force(net, 1, 1.0);
//   for (...) force.learn(u, target);        // then force.run(u): the network by itself
#pragma once
#include <dynvision/rate/reservoir/readout.hpp>

namespace dynvision::rate {

template <class N> class Force {
 public:
  Force(N const& network, Eigen::Index n_outputs, double lambda, Eigen::VectorXd start = {})
      : network_(network),
        readout_(network.size(), n_outputs, lambda),
        r_(start.size() == 0 ? Eigen::VectorXd(Eigen::VectorXd::Zero(network.size())) : std::move(start)),
        z_(Eigen::VectorXd::Zero(n_outputs)) {
    if (network.B.cols() < n_outputs || r_.size() != network.size()) {
      fail("rate", 233,
           {"feedback of ", n_outputs, " outputs to a network of ", network.B.cols(), " inputs and ", network.size(),
            " units, start of ", r_.size(), ": expected an input for each output"});
    }
  }
  // One step, then one update towards `target`; the error before it.
  Eigen::VectorXd learn(Eigen::VectorXd const& u, Eigen::VectorXd const& target) {
    step(u);
    Eigen::VectorXd const error = readout_.update(r_, target);
    z_ = readout_.output(r_);
    return error;
  }
  // One step with the weights as they are; the output.
  Eigen::VectorXd const& run(Eigen::VectorXd const& u) {
    step(u);
    return z_ = readout_.output(r_);
  }
  Eigen::VectorXd const& state() const { return r_; }
  Eigen::MatrixXd const& weights() const { return readout_.weights(); }

 private:
  void step(Eigen::VectorXd const& u) {
    Eigen::VectorXd all(u.size() + z_.size());
    all.head(u.size()) = u, all.tail(z_.size()) = z_;
    r_ = network_.step(r_, all);
  }
  N const& network_;
  RecursiveLeastSquares readout_;
  Eigen::VectorXd r_, z_;
};

}  // namespace dynvision::rate
