// Measures of responses and behaviour, all of them; they take numbers (double), know nothing of tensors, and need Eigen.
//
//   response/       one trace, summation over time, two pulses, contrast, averages in their order
//   normalisation/  delayed normalisation: model, derived numbers, fits
//   behaviour/      guesses, confidence, reaction times, robustness to noise, psychometric functions
//   population/     decoding over time, similarity of representations, alignment of kernels, dimensionality, components
//   statistics/     bootstrap of seeds and images, cluster permutation over time, effect sizes, spin tests of maps
//   graphs/         which units are joined: modularity, small worlds, wiring
//   fit/            least squares and likelihood within bounds
//
// Every measure with its equation, closed form and source: docs/reference/measures.md.
#pragma once
#include <dynvision/analysis/behaviour/psychometric_bootstrap.hpp>
#include <dynvision/analysis/behaviour/reaction_time.hpp>
#include <dynvision/analysis/behaviour/robustness.hpp>
#include <dynvision/analysis/graphs/small_world.hpp>
#include <dynvision/analysis/normalisation/derived_normalisation.hpp>
#include <dynvision/analysis/normalisation/normalisation_report.hpp>
#include <dynvision/analysis/population/decoding.hpp>
#include <dynvision/analysis/population/dimensionality.hpp>
#include <dynvision/analysis/population/dissimilarity.hpp>
#include <dynvision/analysis/population/features.hpp>
#include <dynvision/analysis/population/kernel_alignment.hpp>
#include <dynvision/analysis/population/principal_components.hpp>
#include <dynvision/analysis/population/representational_similarity.hpp>
#include <dynvision/analysis/response/averages.hpp>
#include <dynvision/analysis/response/contrast_response.hpp>
#include <dynvision/analysis/response/pulse_train.hpp>
#include <dynvision/analysis/response/temporal_summation.hpp>
#include <dynvision/analysis/response/two_pulses.hpp>
#include <dynvision/analysis/response/unit_measures.hpp>
#include <dynvision/analysis/statistics/bootstrap.hpp>
#include <dynvision/analysis/statistics/cluster_permutation.hpp>
#include <dynvision/analysis/statistics/effect_size.hpp>
#include <dynvision/analysis/statistics/mean_intervals.hpp>
#include <dynvision/analysis/statistics/spin_test.hpp>
