// A plug-in that fails while it adds itself.
#include <stdexcept>

#include "server/model/module_loader.h"

extern "C" const ms::model::Plugin ms_plugin;
const ms::model::Plugin ms_plugin = {ms::model::kPluginAbi, [](ms::model::ModuleRegistry&) {
                                       throw std::runtime_error("no camera here");
                                     }};
