#include "modules/core/src/server_manager.h"

#include <chrono>
#include <utility>

#include "server/base/process.h"
#include "server/model/api_error.h"

namespace ms::core {

ServerManager::ServerManager(model::ObjectContext context, Server server)
    : MediaObject(std::move(context)), server_(std::move(server)) {}

api::ServerInfo ServerManager::getInfo() {
  api::ServerInfo info;
  info.version = server_.version;
  info.type = api::ServerType::Kms;
  info.capabilities = {"transactions"};
  for (const model::ModuleDescriptor* module : server_.modules.modules()) {
    api::ModuleInfo entry;
    entry.version = module->version;
    entry.name = module->name;
    entry.generation_time = module->generation_time;
    for (const std::string_view factory : server_.modules.factoriesOf(*module))
      entry.factories.emplace_back(factory);
    info.modules.push_back(std::move(entry));
  }
  return info;
}

std::vector<model::ObjectPtr> ServerManager::getPipelines() { return server_.state.pipelines(); }

std::vector<std::string> ServerManager::getSessions() { return server_.state.sessions(); }

std::string ServerManager::getKmd(const std::string& module_name) {
  for (const model::ModuleDescriptor* module : server_.modules.modules())
    if (module->name == module_name) return std::string(module->kmd);
  throw model::ApiError(model::ErrorCode::ServerManagerKmdNotFound,
                        "Requested kmd module doesn't exist");
}

int ServerManager::getCpuCount() { return process::cpuCount(); }

void ServerManager::getUsedCpu(int interval_ms, model::Answer<float> answer) {
  if (interval_ms < 1 || interval_ms > kMaxCpuInterval_ms)
    throw model::ApiError(
        model::ErrorCode::MediaObjectIllegalParam,
        "'interval' should be from 1 to " + std::to_string(kMaxCpuInterval_ms) + " ms");
  process::measureCpu(loop(), std::chrono::milliseconds(interval_ms),
                      [answer = std::move(answer)](double percent) mutable {
                        answer(static_cast<float>(percent));
                      });
}

std::int64_t ServerManager::getUsedMemory() { return process::residentKib(); }

}  // namespace ms::core
