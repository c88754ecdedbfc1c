// The control plane with its network: WebSocket listeners in front, sessions and objects behind,
// the timers of garbage collection, and the way to the end.
//
// Made, started and stopped by main(). Order of life: the control loop first, then the loops of
// objects, then this; at the end stop(), then stop the loops, then destroy.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/rpc/control_plane.h"
#include "server/rpc/registrar.h"
#include "server/rpc/web_socket_server.h"

namespace ms::rpc {

struct RpcSettings {
  std::string path = "kurento";
  ControlPlaneSettings control{};
  Duration garbage_collector_period = std::chrono::seconds(240);
  HttpContent http{};  // What is served to browsers on the same ports; may be empty.
};

class RpcServer final : private WebSocketServer::Clients, private ControlPlane::Clients {
 public:
  // The whole of stop().
  static constexpr Duration kStopTime = std::chrono::milliseconds(4'500);

  RpcServer(RpcSettings settings, ControlPlaneParts parts);
  ~RpcServer() override;
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // --- Before and between requests; any thread but a loop's ---
  // An object that clients find and cannot release: the ServerManager, which lives on the control
  // loop.
  void addPermanent(model::ObjectPtr object);
  // Gives the port. Throws std::runtime_error with the reason.
  std::uint16_t listen(const ListenAddress& address,
                       const std::optional<TlsCertificate>& tls = std::nullopt);
  // Throws std::runtime_error.
  void registerAt(RegistrarSettings registrar);

  // For the ServerManager.
  const ServerState& state() const { return control_; }
  model::EventSink& events() { return control_.events(); }

  // Lets nothing begin any more (40009): no session, no pipeline. What is there goes on, and its
  // clients may come back on new connections; `done` comes, on the control loop, when no pipeline
  // is left. Not from a loop.
  void drain(Task done);
  // Closes listeners and connections (1001) and releases all objects. Gives up what has not ended
  // after kStopTime. Not from a loop.
  void stop();

 private:
  void onOpen(ConnectionId connection) override;
  void onMessage(ConnectionId connection, std::string message) override;
  void onClose(ConnectionId connection) override;
  void send(ConnectionId connection, const std::string& text) override;
  void answered(ConnectionId connection, std::size_t message_bytes) override;

  void onTick();

  Loop& loop_;
  const Duration tick_;
  int ticks_ = 0;
  bool is_stopping_ = false;  // The control loop's.
  bool is_stopped_ = false;   // stop()'s.
  ControlPlane control_;
  WebSocketServer sockets_;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<Registrar> registrar_;
};

}  // namespace ms::rpc
