// For tests: what endpoints share, one for the whole program: RSA keys take some 100 ms, and there
// is one SCTP in a process.
#pragma once

#include <json/value.h>

#include "modules/elements/src/element_services.h"
#include "server/net/worker_loops.h"

namespace ms::elements {

struct Surroundings {
  net::WorkerLoops workers{2};
  Json::Value config;
  ElementServices services{workers, core::ModuleSettings(config)};
};

inline Surroundings& surroundings() {
  static Surroundings shared;
  return shared;
}

}  // namespace ms::elements
