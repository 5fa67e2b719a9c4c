// Everything, for notebooks and first tries. Programs include what they use: it compiles in a fraction of the time.
#pragma once
#include <dynvision/data/batches.hpp>
#include <dynvision/data/fashion_mnist.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/fwd.hpp>
#include <dynvision/io/csv.hpp>
#include <dynvision/io/torch_writer.hpp>
#include <dynvision/io/weights.hpp>
#include <dynvision/losses/weighted_sum.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/metrics.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/records/run_folder.hpp>
#include <dynvision/records/table.hpp>
#include <dynvision/run/trial.hpp>
