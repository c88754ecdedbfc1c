#include "server/rpc/connector.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <utility>

#include "server/rpc/tcp_stream.h"

namespace ms::rpc {
namespace {

using boost::asio::ip::tcp;

struct Attempt : std::enable_shared_from_this<Attempt> {
  explicit Attempt(Loop& loop) : resolver(loop.context()), socket(loop.context()) {}

  void start() {
    resolver.async_resolve(host, port, [self = shared_from_this()](const auto& error, auto found) {
      if (error) return self->done(std::unexpected(error.message()));
      self->connect(found);
    });
  }

  void connect(const tcp::resolver::results_type& found) {
    boost::asio::async_connect(
        socket, found, [self = shared_from_this()](const auto& error, const tcp::endpoint&) {
          if (error) return self->done(std::unexpected(error.message()));
          self->done(self->tls ? makeTlsClientStream(std::move(self->socket), self->tls, self->host)
                               : makePlainStream(std::move(self->socket)));
        });
  }

  tcp::resolver resolver;
  tcp::socket socket;
  std::string host;
  std::string port;
  TlsContext tls;
  std::function<void(std::expected<std::unique_ptr<Stream>, std::string>)> done;
};

}  // namespace

void connectStream(Loop& loop, const std::string& host, const std::string& port, TlsContext tls,
                   std::function<void(std::expected<std::unique_ptr<Stream>, std::string>)> done) {
  const auto attempt = std::make_shared<Attempt>(loop);
  attempt->host = host;
  attempt->port = port;
  attempt->tls = std::move(tls);
  attempt->done = std::move(done);
  attempt->start();
}

}  // namespace ms::rpc
