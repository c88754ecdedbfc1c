// The program: reads what the operator asked for, builds the parts of the server, runs until it is
// told to end. The only file that knows all parts.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "modules/core/src/core_module.h"
#include "server/app/glib_log.h"
#include "server/app/process_log.h"
#include "server/app/termination.h"
#include "server/base/log.h"
#include "server/base/process.h"
#include "server/base/stack_trace.h"
#include "server/config/config_error.h"
#include "server/config/load.h"
#include "server/config/start_options.h"
#include "server/model/module_loader.h"
#include "server/net/worker_loops.h"

namespace {

using ms::config::Action;
using ms::config::ConfigError;
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

void addModules(const StartOptions& options, ms::model::ModuleRegistry& modules) {
  ms::core::registerCore(modules);
  const std::vector<std::filesystem::path> folders(options.modules_path.begin(),
                                                   options.modules_path.end());
  ms::model::loadPlugins(folders, modules);
}

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
  return std::move(loaded.config);
}

int run(const StartOptions& options, const ms::model::ModuleRegistry& modules) {
  ms::app::Termination termination;
  const auto config = readConfig(options);
  const auto files = ms::process::raiseOpenFileLimit();
  ms::net::WorkerLoops workers(config.workers);
  MS_LOG(kLog, Info,
         "Kurento Media Server " << MS_VERSION << " started: " << workers.size()
                                 << " worker loops, "
                                 << (files ? std::to_string(*files) : "unlimited")
                                 << " open files, " << modules.modules().size() << " modules");
  const int signal = termination.wait();
  MS_LOG(kLog, Info, "ending after signal " << signal);
  return EXIT_SUCCESS;
}

int act(const StartOptions& options) {
  const ms::CrashStack crash_stack;
  if (options.action == Action::Help) {
    std::cout << ms::config::helpText();
    return EXIT_SUCCESS;
  }
  const ms::app::ProcessLog log(options.log);
  ms::app::routeGlibLog();
  if (const auto problem = ms::installCrashHandler(options.log.folder); !problem.empty())
    MS_LOG(kLog, Warning, problem);
  for (const auto& word : options.unknown)
    MS_LOG(kLog, Warning, "'" << word << "' on the command line means nothing here");

  ms::model::ModuleRegistry modules;
  addModules(options, modules);
  switch (options.action) {
    case Action::Version:
      printVersion(modules);
      return EXIT_SUCCESS;
    case Action::List:
      printFactories(modules);
      return EXIT_SUCCESS;
    default:
      return run(options, modules);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return act(readOptions(argc, argv));
  } catch (const ConfigError& error) {
    std::cerr << "kurento-media-server: " << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "kurento-media-server: cannot start: " << error.what() << '\n';
  }
  return EXIT_FAILURE;
}
