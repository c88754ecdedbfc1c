#include "server/rpc/web_socket_protocol.h"

#include <cstdint>
#include <cstdlib>
#include <string>

// The first byte says in which pieces the stream arrives, the second whether the handshake was done
// before. Whatever the bytes: no message is longer than the limit, nothing is told after the end,
// and the end is told once.

namespace {

constexpr std::size_t kMaxMessageBytes = 1000;
constexpr char kHandshake[] =
    "GET /kurento HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

class Owner final : public ms::rpc::WebSocketOwner {
 public:
  void write(const char*, std::size_t size) override {
    if (size == 0) return;
    mustGoOn();
  }
  bool hasRoom() override { return true; }
  void onOpen(const std::string&) override { mustGoOn(); }
  void onMessage(std::string message) override {
    mustGoOn();
    if (message.size() > kMaxMessageBytes) std::abort();
  }
  ms::rpc::HttpResponse onHttp(const std::string&, const std::string&) override {
    mustGoOn();
    return {
        .status = 200, .content_type = "text/plain", .content_security_policy = "", .body = "x"};
  }
  void onClosing(int, const std::string&) override { mustGoOn(); }
  void onEnd() override {
    mustGoOn();
    has_ended_ = true;
  }

 private:
  void mustGoOn() const {
    if (has_ended_) std::abort();
  }
  bool has_ended_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  Owner owner;
  const auto protocol = ms::rpc::makeWebSocketServer(owner, kMaxMessageBytes);
  protocol->start();
  std::string stream = data[1] % 2 == 1 ? kHandshake : "";
  stream.append(reinterpret_cast<const char*>(data) + 2, size - 2);
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    const std::string bytes = stream.substr(at, piece);
    protocol->receive(bytes.data(), bytes.size());
  }
  return 0;
}
