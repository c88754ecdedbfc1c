// A plug-in of another time. Its function must not be called.
#include <cstdlib>

#include "server/model/module_loader.h"

extern "C" const ms::model::Plugin ms_plugin;
const ms::model::Plugin ms_plugin = {ms::model::kPluginAbi + 1,
                                     [](ms::model::ModuleRegistry&) { std::abort(); }};
