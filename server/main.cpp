// The program: reads what the operator asked for, builds the parts of the server, runs until it is
// told to end. The only file that knows all parts.
#include <json/json.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "modules/core/src/core_module.h"
#include "modules/core/src/module_settings.h"
#include "modules/core/src/server_manager.h"
#include "modules/elements/src/element_services.h"
#include "modules/elements/src/elements_module.h"
#include "modules/filters/src/filters_module.h"
#include "server/app/external_address.h"
#include "server/app/glib_log.h"
#include "server/app/privileges.h"
#include "server/app/process_log.h"
#include "server/app/rpc_settings.h"
#include "server/app/termination.h"
#include "server/base/log.h"
#include "server/base/process.h"
#include "server/base/stack_trace.h"
#include "server/config/load.h"
#include "server/config/start_options.h"
#include "server/model/module_loader.h"
#include "server/net/worker_loops.h"
#include "server/rpc/ping.h"
#include "server/rpc/rpc_server.h"

namespace {

using ms::config::Action;
using ms::config::StartOptions;

ms::LogCategory kLog("KurentoMediaServer");

StartOptions readOptions(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  return ms::config::parseStartOptions(words, [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (!value) return std::nullopt;
    return value;
  });
}

// What every object needs from start to end, in the order in which it is made.
struct Media {
  Media(const StartOptions& options, const ms::config::ServerConfig& config)
      : workers(config.workers), services(workers, ms::core::ModuleSettings(*config.modules)) {
    ms::core::registerCore(modules);
    ms::elements::registerElements(modules, services);
    ms::filters::registerFilters(modules, services);
    std::vector<std::filesystem::path> folders(options.modules_path.begin(),
                                               options.modules_path.end());
    if (std::filesystem::is_directory(MS_MODULES_FOLDER)) folders.emplace_back(MS_MODULES_FOLDER);
    ms::model::loadPlugins(folders, modules);
  }

  ms::net::WorkerLoops workers;
  ms::elements::ElementServices services;
  ms::model::ModuleRegistry modules;
};

void printVersion(const ms::model::ModuleRegistry& modules) {
  std::cout << "Kurento Media Server version: " << MS_VERSION << "\nFound modules:\n";
  for (const auto* module : modules.modules())
    std::cout << "    '" << module->name << "' version " << module->version << '\n';
}

void printFactories(const ms::model::ModuleRegistry& modules) {
  std::cout << "Available factories:\n";
  for (const auto* module : modules.modules())
    for (const auto factory : modules.factoriesOf(*module)) std::cout << "    " << factory << '\n';
}

ms::config::ServerConfig readConfig(const StartOptions& options) {
  auto loaded = ms::config::loadConfig(options);
  for (const auto& warning : loaded.warnings) MS_LOG(kLog, Warning, warning);
  for (const auto& file : loaded.files) MS_LOG(kLog, Info, "configuration read from " << file);
  if (loaded.files.empty())
    MS_LOG(kLog, Info, "no configuration file: every setting has its default");
  auto modules = std::make_shared<Json::Value>(*loaded.config.modules);
  ms::app::resolveExternalAddresses(*modules);
  loaded.config.modules = std::move(modules);
  return std::move(loaded.config);
}

// Throws: who asks for less rights does not want to run with more.
void giveUpPrivileges(const StartOptions& options) {
  if (options.user_id) {
    const auto problem = ms::app::becomeUser(*options.user_id);
    if (!problem.empty())
      throw std::runtime_error("KMS_UID " + std::to_string(*options.user_id) + ": " + problem);
  }
  if (options.program_start == ms::config::ProgramStart::Blocked) {
    const auto problem = ms::app::blockProgramStart();
    if (!problem.empty()) throw std::runtime_error("--block-exec: " + problem);
  }
}

// Until nobody has a pipeline any more, the time is over, or another signal comes.
void drain(ms::rpc::RpcServer& server, std::chrono::seconds most,
           ms::app::Termination& termination) {
  if (most == std::chrono::seconds(0)) return;
  MS_LOG(kLog, Info,
         "no new sessions and pipelines; up to " << most.count() << " s for those that are there");
  server.drain([] { ms::app::Termination::stopWaiting(); });
  termination.waitFor(most);
}

// A pipeline and all that is in it live on one worker; pipelines take turns. With the first one
// comes GStreamer, ahead of the first who needs it.
std::function<ms::Loop&()> takeTurns(Media& media) {
  return [&workers = media.workers, &services = media.services,
          next = std::size_t{0}]() mutable -> ms::Loop& {
    services.loadFramePlane();
    return workers.at(next++ % workers.size()).loop();
  };
}

void tellWhereToGo(const ms::config::WebSocketConfig& config,
                   const std::vector<ms::app::OpenListener>& listeners) {
  std::cout << "Kurento Media Server " << MS_VERSION << " is listening:\n";
  for (const auto& listener : listeners)
    std::cout << "  WebSocket  " << listener.webSocketUrl(config) << "\n  demo page  "
              << listener.pageUrl(config) << '\n';
  std::cout << std::flush;
}

std::string asText(const Json::Value& tree) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  return Json::writeString(builder, tree);
}

// The object that clients find without creating it.
ms::model::ObjectPtr makeServerManager(ms::rpc::RpcServer& server,
                                       const ms::model::ModuleRegistry& modules,
                                       const ms::config::ServerConfig& config, ms::Loop& control) {
  return std::make_shared<ms::core::ServerManager>(
      ms::model::ObjectContext{.id = ms::rpc::kServerManagerId,
                               .descriptor = ms::api::kServerManagerClass,
                               .parent = nullptr,
                               .loop = control,
                               .events = server.events(),
                               .modules_config = *config.modules},
      ms::core::ServerManager::Server{.version = MS_VERSION,
                                      .metadata = asText(*config.metadata),
                                      .modules = modules,
                                      .state = server.state()});
}

int run(const StartOptions& options, const ms::config::ServerConfig& config,
        ms::app::Termination& termination) {
  ms::Loop control("control");  // Outlives the loops of objects: they answer to it.
  Media media(options, config);
  ms::rpc::RpcServer server(ms::app::rpcSettings(config),
                            {.control = control,
                             .modules = media.modules,
                             .modules_config = *config.modules,
                             .loop_for_pipeline = takeTurns(media),
                             .on_kill_limit = ms::app::Termination::request});
  server.addPermanent(makeServerManager(server, media.modules, config, control));
  const auto listeners = ms::app::openListeners(server, config.websocket);
  if (listeners.empty()) {
    std::cerr << "kurento-media-server: nothing to listen on; see the log\n";
    return EXIT_FAILURE;
  }
  ms::app::announce(server, config.websocket, listeners);
  MS_LOG(kLog, Info, "Kurento Media Server started");
  tellWhereToGo(config.websocket, listeners);

  const int signal = termination.wait();
  MS_LOG(kLog, Info, "ending after signal " << signal);
  drain(server, config.drain_time, termination);
  termination.beginEnd();
  server.stop();
  return EXIT_SUCCESS;
}

int serve(const StartOptions& options) {
  giveUpPrivileges(options);
  ms::app::Termination termination;  // Before any thread starts.
  const ms::app::ProcessLog log(options.log);
  ms::app::routeGlibLog();
  if (const auto problem = ms::installCrashHandler(options.log.folder); !problem.empty())
    MS_LOG(kLog, Warning, problem);
  for (const auto& word : options.unknown)
    MS_LOG(kLog, Warning, "'" << word << "' on the command line means nothing here");
  const auto files = ms::process::raiseOpenFileLimit();
  MS_LOG(kLog, Info,
         "version " << MS_VERSION << ", " << ms::process::cpuCount() << " cores, "
                    << (files ? std::to_string(*files) : "any number of") << " open files");
  try {
    return run(options, readConfig(options), termination);
  } catch (const std::exception& error) {
    MS_LOG(kLog, Error, "cannot start: " << error.what());
    throw;
  }
}

int ping(const StartOptions& options) {
  constexpr std::chrono::seconds kPatience(5);
  const auto url = ms::app::localUrl(ms::config::loadConfig(options).config.websocket);
  const auto problem = url.empty() ? "no port is configured" : ms::rpc::pingServer(url, kPatience);
  if (problem.empty()) return EXIT_SUCCESS;
  std::cerr << "kurento-media-server: " << url << ": " << problem << '\n';
  return EXIT_FAILURE;
}

// Needs no configuration file, so that it also works where that one is broken.
int show(const StartOptions& options) {
  ms::config::ServerConfig config;
  config.modules = std::make_shared<const Json::Value>(Json::objectValue);
  const Media media(options, config);
  if (options.action == Action::Version)
    printVersion(media.modules);
  else
    printFactories(media.modules);
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const ms::CrashStack crash_stack;
  try {
    const StartOptions options = readOptions(argc, argv);
    if (options.action == Action::Run) return serve(options);
    if (options.action == Action::Ping) return ping(options);
    if (options.action != Action::Help) return show(options);
    std::cout << ms::config::helpText();
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cerr << "kurento-media-server: " << error.what() << '\n';
  }
  return EXIT_FAILURE;
}
