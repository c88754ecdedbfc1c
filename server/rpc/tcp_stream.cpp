#include "server/rpc/tcp_stream.h"

#include <netinet/tcp.h>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace ms::rpc {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using TlsSocket = asio::ssl::stream<tcp::socket>;

// A silent peer is probed after a minute and given up after two.
constexpr int kKeepAliveIdleSeconds = 60;
constexpr int kKeepAliveIntervalSeconds = 15;
constexpr int kKeepAliveProbes = 4;

StreamResult resultOf(const boost::system::error_code& error) {
  return error ? StreamResult::Ended : StreamResult::Ok;
}

// Failing to set one is no reason to refuse a client.
void tune(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const int fd = socket.native_handle();
  const auto set = [fd](int name, int value) {
    return setsockopt(fd, IPPROTO_TCP, name, &value, sizeof value);
  };
  set(TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  set(TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  set(TCP_KEEPCNT, kKeepAliveProbes);
}

// What plain and TLS sockets share: both are Asio streams.
template <class AsioStream>
class AsioBackedStream : public Stream {
 public:
  void readSome(MutableBytes into, OnRead done) override {
    stream().async_read_some(
        asio::buffer(into.data(), into.size()),
        [done = std::move(done)](const auto& error, std::size_t bytes) mutable {
          done(resultOf(error), bytes);
        });
  }

  void writeAll(Bytes bytes, OnDone done) override {
    asio::async_write(stream(), asio::buffer(bytes.data(), bytes.size()),
                      [done = std::move(done)](const auto& error, std::size_t) mutable {
                        done(resultOf(error));
                      });
  }

 protected:
  virtual AsioStream& stream() = 0;
};

class PlainStream final : public AsioBackedStream<tcp::socket> {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) { tune(socket_); }

  void handshake(OnDone done) override {
    asio::post(socket_.get_executor(),
               [done = std::move(done)]() mutable { done(StreamResult::Ok); });
  }

  void endWriting() override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  tcp::socket& stream() override { return socket_; }
  tcp::socket socket_;
};

class TlsStream final : public AsioBackedStream<TlsSocket> {
 public:
  TlsStream(tcp::socket socket, TlsContext tls, TlsSocket::handshake_type role)
      : tls_(std::move(tls)), socket_(std::move(socket), *tls_), role_(role) {
    tune(socket_.next_layer());
  }

  // Server name indication, RFC 6066 §3.
  void nameServer(const std::string& host) {
    SSL_set_tlsext_host_name(socket_.native_handle(), host.c_str());
  }

  void handshake(OnDone done) override {
    socket_.async_handshake(
        role_, [done = std::move(done)](const auto& error) mutable { done(resultOf(error)); });
  }

  // close_notify would need a write of its own, which may meet a read; the end of the stream says
  // as much here, because WebSocket and HTTP messages carry their own length.
  void endWriting() override {
    boost::system::error_code ignored;
    socket_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    boost::system::error_code ignored;
    socket_.next_layer().close(ignored);
  }

 private:
  TlsSocket& stream() override { return socket_; }
  const TlsContext tls_;
  TlsSocket socket_;
  const TlsSocket::handshake_type role_;
};

}  // namespace

std::unique_ptr<Stream> makePlainStream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

std::unique_ptr<Stream> makeTlsServerStream(tcp::socket socket, TlsContext tls) {
  return std::make_unique<TlsStream>(std::move(socket), std::move(tls), TlsSocket::server);
}

std::unique_ptr<Stream> makeTlsClientStream(tcp::socket socket, TlsContext tls,
                                            const std::string& host) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(tls), TlsSocket::client);
  stream->nameServer(host);
  return stream;
}

}  // namespace ms::rpc
