// For tests: coturn on 127.0.0.1, for as long as this lives.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "server/net/ice_agent.h"
#include "server/net/socket_address.h"

namespace ms::net {

class TestTurnServer {
 public:
  static constexpr const char* kUser = "user";
  static constexpr const char* kPassword = "password";

  explicit TestTurnServer(const std::vector<std::string>& more_arguments = {})
      : folder_(makeFolder()), port_(freePort()), tls_port_(freePort()) {
    std::vector<std::string> arguments{"turnserver",
                                       "-n",
                                       "--listening-ip=127.0.0.1",
                                       "--relay-ip=127.0.0.1",
                                       "--listening-port=" + std::to_string(port_),
                                       "--tls-listening-port=" + std::to_string(tls_port_),
                                       "--lt-cred-mech",
                                       "--user=" + std::string(kUser) + ":" + kPassword,
                                       "--realm=test",
                                       "--allow-loopback-peers",
                                       "--fingerprint",
                                       "--no-cli",
                                       "--no-dtls",
                                       "--no-stdout-log",
                                       "--simple-log",
                                       "--log-file=" + folder_ + "/log",
                                       "--pidfile=" + folder_ + "/pid",
                                       "--userdb=" + folder_ + "/users"};
    arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
    std::vector<char*> raw;
    for (auto& argument : arguments) raw.push_back(argument.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int descriptor : {1, 2})
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&process_, "turnserver", &actions, nullptr, raw.data(), environ) != 0)
      process_ = -1;
    posix_spawn_file_actions_destroy(&actions);
  }
  ~TestTurnServer() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }
  TestTurnServer(const TestTurnServer&) = delete;
  TestTurnServer& operator=(const TestTurnServer&) = delete;

  // Whether it listens, in time.
  bool isUp(std::chrono::seconds patience = std::chrono::seconds(20)) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
      if (process_ > 0 && accepts(port_)) return true;
      std::this_thread::yield();
    }
    return false;
  }

  // It takes what comes, and answers nothing any more.
  void fallSilent() const { kill(process_, SIGSTOP); }

  TurnServer as(TurnServer::Transport transport, std::string password = kPassword) const {
    const bool is_tls = transport == TurnServer::Transport::Tls;
    return {.address = "127.0.0.1",
            .port = is_tls ? tls_port_ : port_,
            .user = kUser,
            .password = std::move(password),
            .transport = transport};
  }
  const std::string& folder() const { return folder_; }

 private:
  static std::string makeFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "turn-XXXXXX").string();
    return mkdtemp(name.data()) ? name : std::string();
  }

  // Of a listener that has ended: nobody else is given it for a while.
  static std::uint16_t freePort() {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    const auto any = SocketAddress::parse("127.0.0.1", 0);
    std::uint16_t port = 0;
    if (bind(descriptor, any->data(), any->size()) == 0)
      port = SocketAddress::ofSocket(descriptor)->port();
    close(descriptor);
    return port;
  }
  static bool accepts(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    const auto to = SocketAddress::parse("127.0.0.1", port);
    const bool is_accepted = connect(descriptor, to->data(), to->size()) == 0;
    close(descriptor);
    return is_accepted;
  }

  const std::string folder_;
  const std::uint16_t port_;
  const std::uint16_t tls_port_;
  pid_t process_ = -1;
};

}  // namespace ms::net
