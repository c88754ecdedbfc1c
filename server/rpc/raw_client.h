// A blocking TCP or TLS client for tests that sends exactly the bytes it is told, and just enough
// of WebSocket (RFC 6455) to talk to the server. Every wait ends after kPatience.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <json/value.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>

#include "server/rpc/json_rpc.h"

namespace ms::rpc {

inline constexpr int kPatienceMs = 20'000;

struct Frame {
  int opcode = -1;  // -1: the connection ended.
  std::string payload;
  int closeCode() const {
    if (opcode != 8 || payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  }
  std::string closeReason() const { return payload.size() < 2 ? "" : payload.substr(2); }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port, const char* address = "127.0.0.1",
                     int receive_buffer = 0) {
    const bool is_v6 = std::string(address).find(':') != std::string::npos;
    fd_ = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    inet_pton(AF_INET, address, &v4.sin_addr);
    inet_pton(AF_INET6, address, &v6.sin6_addr);
    is_connected_ = 0 == (is_v6 ? connect(fd_, reinterpret_cast<sockaddr*>(&v6), sizeof v6)
                                : connect(fd_, reinterpret_cast<sockaddr*>(&v4), sizeof v4));
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool isConnected() const { return is_connected_; }

  // Speaks TLS from now on, at most `max_version`.
  bool startTls(int max_version = TLS1_3_VERSION) {
    tls_context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(tls_context_.get(), 0);
    SSL_CTX_set_min_proto_version(tls_context_.get(), 0);
    SSL_CTX_set_max_proto_version(tls_context_.get(), max_version);
    tls_.reset(SSL_new(tls_context_.get()));
    SSL_set_fd(tls_.get(), fd_);
    return SSL_connect(tls_.get()) == 1;
  }

  void close() {
    tls_.reset();
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

  // False when the peer does not take it.
  bool sendBytes(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto count = tls_ ? SSL_write(tls_.get(), bytes.data() + sent, bytes.size() - sent)
                              : send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return false;
      sent += static_cast<std::size_t>(count);
    }
    return true;
  }

  // What comes until `end` was seen (included) or the connection ends.
  std::string readUntil(const std::string& end) {
    std::string text;
    while (!text.ends_with(end)) {
      const std::string more = readBytes(1);
      if (more.empty()) break;
      text += more;
    }
    return text;
  }
  std::string readAll() {
    std::string text = readUntil("\r\n\r\n");
    for (std::string more = readBytes(1); !more.empty(); more = readBytes(1)) text += more;
    return text;
  }

  static std::string handshakeFor(const std::string& resource, const std::string& extra = "") {
    return "GET " + resource +
           " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           extra + "\r\n";
  }
  // Gives the server's header.
  std::string upgrade(const std::string& resource = "/kurento", const std::string& extra = "") {
    sendBytes(handshakeFor(resource, extra));
    return readUntil("\r\n\r\n");
  }

  // RFC 6455 §5.2, with the masking key 0 that leaves the payload as it is.
  static std::string frameOf(const std::string& payload, int opcode = 1) {
    std::string frame{static_cast<char>(0x80 | opcode)};
    if (payload.size() < 126) {
      frame += static_cast<char>(0x80 | payload.size());
    } else if (payload.size() < 65536) {
      frame += static_cast<char>(0x80 | 126);
      frame += static_cast<char>(payload.size() >> 8);
      frame += static_cast<char>(payload.size());
    } else {
      frame += static_cast<char>(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        frame += static_cast<char>(std::uint64_t{payload.size()} >> shift);
      }
    }
    return frame + std::string(4, '\0') + payload;
  }
  bool sendText(const std::string& payload) { return sendBytes(frameOf(payload)); }

  Frame readFrame() {
    const std::string head = readBytes(2);
    if (head.size() < 2) return {};
    std::uint64_t size = head[1] & 0x7f;
    const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (more > 0) size = 0;
    for (const char c : readBytes(more)) size = size << 8 | static_cast<unsigned char>(c);
    return {head[0] & 0x0f, readBytes(size)};
  }
  Json::Value readJson() {
    const Frame frame = readFrame();
    EXPECT_EQ(frame.opcode, 1);
    return parseJson(frame.payload, 1000).value_or(Json::Value());
  }
  Json::Value call(const std::string& text) {
    sendText(text);
    return readJson();
  }

  // Whether nothing more comes and the server has closed.
  bool isEnded() { return readBytes(1).empty() && !has_timed_out_; }

 private:
  std::string readBytes(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
      const bool is_buffered = tls_ && SSL_pending(tls_.get()) > 0;
      if (!is_buffered && poll(&ready, 1, kPatienceMs) <= 0) {
        has_timed_out_ = true;
        break;
      }
      const auto count = tls_ ? SSL_read(tls_.get(), bytes.data() + have, size - have)
                              : recv(fd_, bytes.data() + have, size - have, 0);
      if (count <= 0) break;
      have += static_cast<std::size_t>(count);
    }
    bytes.resize(have);
    return bytes;
  }

  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* tls) const { SSL_free(tls); }
  };
  int fd_ = -1;
  bool is_connected_ = false;
  bool has_timed_out_ = false;
  std::unique_ptr<SSL_CTX, Free> tls_context_;
  std::unique_ptr<SSL, Free> tls_;
};

}  // namespace ms::rpc
