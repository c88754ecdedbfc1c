// What the ServerManager object tells clients about the server as a whole.
#pragma once

#include <string>
#include <vector>

#include "server/model/object.h"

namespace ms::rpc {

// The id under which clients find the ServerManager; it is there from the start.
inline constexpr char kServerManagerId[] = "manager_ServerManager";

// All on the control loop, where the ServerManager lives.
class ServerState {
 public:
  virtual ~ServerState() = default;
  virtual std::vector<model::ObjectPtr> pipelines() const = 0;
  virtual std::vector<std::string> sessions() const = 0;
  virtual const std::string& serverId() const = 0;
};

}  // namespace ms::rpc
