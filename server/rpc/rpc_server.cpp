#include "server/rpc/rpc_server.h"

#include <algorithm>
#include <exception>
#include <future>
#include <utility>

#include "server/base/log.h"

namespace ms::rpc {
namespace {

LogCategory kLog("KurentoMediaServer");

// Sessions of open connections are marked four times as often as unused ones are collected, so that
// none of them is ever taken for unused.
constexpr int kTicksPerCollection = 4;
constexpr Duration kShortestTick = std::chrono::milliseconds(1);

WebSocketSettings socketSettings(const RpcSettings& settings) {
  return {.path = settings.path, .limits = settings.control.limits, .http = settings.http};
}

}  // namespace

RpcServer::RpcServer(RpcSettings settings, ControlPlaneParts parts)
    : loop_(parts.control),
      tick_(std::max(kShortestTick, settings.garbage_collector_period / kTicksPerCollection)),
      control_(settings.control, std::move(parts), *this),
      sockets_(socketSettings(settings), *this) {
  loop_.runAndWait([this] {
    timer_ = std::make_unique<Timer>(loop_);
    timer_->start(tick_, [this] { onTick(); });
  });
}

RpcServer::~RpcServer() { stop(); }

void RpcServer::addPermanent(model::ObjectPtr object) {
  loop_.runAndWait([&] { control_.addPermanent(std::move(object)); });
}

std::uint16_t RpcServer::listen(const ListenAddress& address,
                                const std::optional<TlsCertificate>& tls) {
  return sockets_.listen(address, tls);
}

void RpcServer::registerAt(RegistrarSettings registrar) {
  std::exception_ptr failure;
  loop_.runAndWait([&] {
    try {
      registrar_ = std::make_unique<Registrar>(loop_, std::move(registrar));
    } catch (...) {
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
}

void RpcServer::onTick() {
  timer_->start(tick_, [this] { onTick(); });
  control_.keepOpenConnectionsAlive();
  if (++ticks_ % kTicksPerCollection == 0) control_.collectGarbage();
}

// --- From the network's thread to the control loop and back
// ---------------------------------------

void RpcServer::onOpen(ConnectionId connection) {
  loop_.post([this, connection] { control_.onOpen(connection); });
}

void RpcServer::onMessage(ConnectionId connection, std::string message) {
  loop_.post([this, connection, message = std::move(message)] {
    if (!is_stopping_) control_.onMessage(connection, message);
  });
}

void RpcServer::onClose(ConnectionId connection) {
  loop_.post([this, connection] { control_.onClose(connection); });
}

void RpcServer::send(ConnectionId connection, const std::string& text) {
  sockets_.send(connection, text);
}

void RpcServer::answered(ConnectionId connection, std::size_t message_bytes) {
  sockets_.answered(connection, message_bytes);
}

// --- The end
// --------------------------------------------------------------------------------------

void RpcServer::drain(Task done) {
  loop_.runAndWait([this, &done] {
    registrar_.reset();
    control_.drain(std::move(done));
  });
}

void RpcServer::stop() {
  if (std::exchange(is_stopped_, true)) return;
  const auto deadline = std::chrono::steady_clock::now() + kStopTime;
  // Shared: the objects may end after we have given up.
  const auto released = std::make_shared<std::promise<void>>();
  loop_.runAndWait([this, released] {
    is_stopping_ = true;
    timer_.reset();
    registrar_.reset();
    control_.releaseAll([released] { released->set_value(); });
  });
  sockets_.stop();
  loop_.runAndWait([] {});  // What the network's thread has posted knows of us.
  if (released->get_future().wait_until(deadline) == std::future_status::timeout) {
    MS_LOG(kLog, Error, "some objects have not ended in time");
  }
}

}  // namespace ms::rpc
