#include "server/rpc/listener.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <stdexcept>
#include <utility>

#include "server/base/log.h"
#include "server/rpc/tcp_stream.h"

namespace ms::rpc {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

LogCategory kLog("KurentoWebSocketTransport");

// How long accepting rests after a failure; most often descriptors have run out.
constexpr Duration kRestAfterFailure = std::chrono::milliseconds(100);

tcp::acceptor open(asio::io_context& context, const tcp::endpoint& endpoint, int backlog) {
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  if (endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(false));
  acceptor.bind(endpoint);
  acceptor.listen(backlog);
  return acceptor;
}

tcp::acceptor openAll(asio::io_context& context, const ListenAddress& address, int backlog) {
  if (address.versions == IpVersions::Both) {
    try {
      return open(context, tcp::endpoint(tcp::v6(), address.port), backlog);
    } catch (const boost::system::system_error& error) {
      MS_LOG(kLog, Info,
             "no IPv6 on port " << address.port << " (" << error.what() << "), IPv4 is tried");
    }
  }
  return open(context, tcp::endpoint(tcp::v4(), address.port), backlog);
}

tcp::acceptor openHost(asio::io_context& context, const ListenAddress& address, int backlog) {
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(address.host, std::to_string(address.port),
                                      tcp::resolver::passive | tcp::resolver::numeric_service);
  return open(context, found.begin()->endpoint(), backlog);
}

std::string nameOf(const ListenAddress& address) {
  return (address.host.empty() ? "*" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace

// Shared with the pending handlers, which may be queued when the Listener is gone.
struct Listener::Parts : std::enable_shared_from_this<Parts> {
  Parts(Loop& loop, tcp::acceptor opened, TlsContext context, OnAccepted callback)
      : acceptor(std::move(opened)),
        tls(std::move(context)),
        on_accepted(std::move(callback)),
        rest(loop) {}

  void accept() {
    acceptor.async_accept([self = shared_from_this()](const auto& error, tcp::socket socket) {
      if (!self->acceptor.is_open()) return;
      if (error) return self->restAfter(error);
      self->on_accepted(self->tls ? makeTlsServerStream(std::move(socket), self->tls)
                                  : makePlainStream(std::move(socket)));
      self->accept();
    });
  }

  void restAfter(const boost::system::error_code& error) {
    MS_LOG(kLog, Warning, "a connection cannot be accepted: " << error.message());
    rest.start(kRestAfterFailure, [this] { accept(); });
  }

  tcp::acceptor acceptor;
  const TlsContext tls;
  const OnAccepted on_accepted;
  Timer rest;
};

Listener::Listener(Loop& loop, const ListenAddress& address, TlsContext tls, OnAccepted on_accepted)
    : parts_([&] {
        constexpr int kMost = tcp::acceptor::max_listen_connections;
        const int backlog = address.backlog.value_or(kMost);
        try {
          auto acceptor = address.host.empty() ? openAll(loop.context(), address, backlog)
                                               : openHost(loop.context(), address, backlog);
          return std::make_shared<Parts>(loop, std::move(acceptor), std::move(tls),
                                         std::move(on_accepted));
        } catch (const boost::system::system_error& error) {
          throw std::runtime_error("cannot listen on " + nameOf(address) + ": " +
                                   error.code().message());
        }
      }()) {
  parts_->accept();
}

Listener::~Listener() {
  boost::system::error_code ignored;
  parts_->rest.cancel();
  parts_->acceptor.close(ignored);
}

std::uint16_t Listener::port() const { return parts_->acceptor.local_endpoint().port(); }

}  // namespace ms::rpc
