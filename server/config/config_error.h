// Why the server does not start: one sentence for the operator that names the file or option, the
// key, what was found there and what was expected.
#pragma once

#include <stdexcept>

namespace ms::config {

class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace ms::config
