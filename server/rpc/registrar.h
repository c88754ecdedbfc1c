// Tells a registrar where this server is: connects to it as a WebSocket client, sends `register`,
// and stays connected. Tries again, at growing intervals, until it is there, and when it comes
// back.
//
// Lives on one loop.
#pragma once

#include <memory>
#include <string>

#include "server/base/loop.h"

namespace ms::rpc {

struct RegistrarSettings {
  std::string address;      // ws(s)://host:port/path of the registrar.
  std::string own_address;  // ws(s)://host:port/path that it shall tell others.
};

class Registrar {
 public:
  static constexpr Duration kFirstRetry = std::chrono::milliseconds(100);
  static constexpr Duration kLastRetry = std::chrono::seconds(10);  // Doubles up to this.

  // Throws std::runtime_error when the address is none.
  Registrar(Loop& loop, RegistrarSettings settings);
  ~Registrar();
  Registrar(const Registrar&) = delete;
  Registrar& operator=(const Registrar&) = delete;

 private:
  struct Parts;
  const std::shared_ptr<Parts> parts_;
};

}  // namespace ms::rpc
