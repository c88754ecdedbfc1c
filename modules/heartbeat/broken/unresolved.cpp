// A plug-in that needs a function which the server does not have.
#include "server/model/module_loader.h"

void functionOfANewerServer();

extern "C" const ms::model::Plugin ms_plugin;
const ms::model::Plugin ms_plugin = {ms::model::kPluginAbi,
                                     [](ms::model::ModuleRegistry&) { functionOfANewerServer(); }};
