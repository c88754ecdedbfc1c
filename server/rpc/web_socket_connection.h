// One WebSocket connection: joins a Stream with the protocol, and bounds what it may cost. What the
// peer does not read waits in a queue with a limit; when too many of its requests are unanswered it
// is not read; each phase of its life has a time limit.
//
// Lives on one loop, driven by WebSocketServer or Registrar.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "server/base/loop.h"
#include "server/rpc/rpc_limits.h"
#include "server/rpc/stream.h"
#include "server/rpc/web_socket_protocol.h"

namespace ms::rpc {

class WebSocketConnection final : public std::enable_shared_from_this<WebSocketConnection>,
                                  private WebSocketOwner {
 public:
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual bool hasRoom() = 0;
    virtual HttpResponse onHttp(const std::string& method, const std::string& resource) = 0;
    virtual void onOpen(WebSocketConnection& connection, const std::string& resource) = 0;
    virtual void onMessage(WebSocketConnection& connection, std::string message) = 0;
    // The last call, exactly once, also when it never opened.
    virtual void onGone(WebSocketConnection& connection) = 0;
  };

  // `observer` must live until onGone(). `id` is the observer's.
  WebSocketConnection(Loop& loop, const RpcLimits& limits, std::uint64_t id,
                      std::unique_ptr<Stream> stream, Observer& observer);

  void startServer();
  void startClient(const std::string& uri);

  std::uint64_t id() const { return id_; }
  bool isOpen() const { return is_open_; }
  void send(const std::string& text);
  // A message of `bytes` bytes was dealt with: room for another.
  void answered(std::size_t bytes);
  // With the closing handshake, or at once when it is not open.
  void close(int code, const std::string& reason);
  void abort();

 private:
  static constexpr std::size_t kReadBytes = 4096;

  void start();
  void read();
  void onRead(StreamResult result, std::size_t bytes);
  void maybeWrite();
  void onWritten(StreamResult result);
  void maybeEnd();
  bool readingIsPaused() const;
  std::size_t queuedBytes() const { return queued_.size() + sending_.size(); }
  void maybeCloseSlowPeer();

  void write(const char* bytes, std::size_t size) override;
  bool hasRoom() override { return observer_.hasRoom(); }
  void onOpen(const std::string& resource) override;
  void onMessage(std::string message) override;
  HttpResponse onHttp(const std::string& method, const std::string& resource) override;
  void onClosing(int code, const std::string& reason) override;
  void onEnd() override;

  const RpcLimits& limits_;
  const std::uint64_t id_;
  Observer& observer_;
  const std::unique_ptr<Stream> stream_;
  std::unique_ptr<WebSocketProtocol> protocol_;
  Timer deadline_;  // Of the handshake, later of closing.

  std::array<std::uint8_t, kReadBytes> incoming_;
  std::string queued_;
  std::string sending_;
  std::size_t unanswered_messages_ = 0;
  std::size_t unanswered_bytes_ = 0;

  bool is_open_ = false;
  bool is_reading_ = false;
  bool is_closing_ = false;   // A close frame was sent, or all was said.
  bool all_is_said_ = false;  // Only the queue is still to be written.
  bool peer_has_ended_ = false;
  bool is_gone_ = false;
};

}  // namespace ms::rpc
