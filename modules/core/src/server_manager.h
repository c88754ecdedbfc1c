// The one object that is always there: what the server is, holds and uses. Lives on the control
// loop.
#pragma once

#include <string>

#include "modules/core/src/media_object.h"
#include "server/model/descriptor.h"
#include "server/rpc/server_state.h"

namespace ms::core {

class ServerManager final : public MediaObject, public api::ServerManager {
 public:
  static constexpr int kMaxCpuInterval_ms = 60'000;

  struct Server {
    std::string version;
    std::string metadata;  // JSON text.
    const model::ModuleRegistry& modules;
    const rpc::ServerState& state;
  };

  // `server`'s references outlive this.
  ServerManager(model::ObjectContext context, Server server);

  // api::ServerManager.
  api::ServerInfo getInfo() override;
  std::vector<model::ObjectPtr> getPipelines() override;
  std::vector<std::string> getSessions() override;
  std::string getMetadata() override { return server_.metadata; }
  std::string getKmd(const std::string& module_name) override;  // 40500 for an unknown module.
  int getCpuCount() override;
  // Answers after `interval_ms`, which has to be 1..kMaxCpuInterval_ms (40107).
  void getUsedCpu(int interval_ms, model::Answer<float> answer) override;
  std::int64_t getUsedMemory() override;  // KiB.

 private:
  const Server server_;
};

}  // namespace ms::core
