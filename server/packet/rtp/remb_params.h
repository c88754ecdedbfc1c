// Tuning of the bandwidth estimate, with the names and defaults of the API's RembParams.
#pragma once

#include <cstdint>

namespace ms::rtp {

struct RembParams {
  int packets_recv_interval_top = 100;    // Packets over which the share of losses is measured.
  double exponential_factor = 0.04;       // Growth per step below the threshold.
  int lineal_factor_min = 50;             // Least growth per step above the threshold, bit/s.
  double lineal_factor_grade = 30;        // Steps from the threshold back to where losses began.
  double decrement_factor = 0.5;          // What is left after too many losses.
  double threshold_factor = 0.8;          // Threshold, as a part of the estimate that met losses.
  int up_losses = 12;                     // So many of 256 packets lost are still few.
  std::int64_t remb_on_connect = 300000;  // Bit/s granted to a sender before anything is known.
};

}  // namespace ms::rtp
