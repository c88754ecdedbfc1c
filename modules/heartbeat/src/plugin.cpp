#include <memory>
#include <utility>

#include "modules/heartbeat/src/heartbeat.h"
#include "server/model/module_loader.h"

namespace ms::heartbeat {
namespace {

void addHeartbeat(model::ModuleRegistry& modules) {
  using api::heartbeat::HeartbeatArguments;
  modules.addModule(api::heartbeat::heartbeatModule());
  modules.addFactory(api::heartbeat::kHeartbeatClass,
                     api::heartbeat::factoryOfHeartbeat([](model::ObjectContext context,
                                                           const HeartbeatArguments& arguments) {
                       return std::make_shared<Heartbeat>(std::move(context), arguments.period_ms);
                     }));
}

}  // namespace
}  // namespace ms::heartbeat

extern "C" const ms::model::Plugin ms_plugin;
const ms::model::Plugin ms_plugin = {ms::model::kPluginAbi, ms::heartbeat::addHeartbeat};
