#include "server/rpc/web_socket_connection.h"

#include <algorithm>
#include <utility>

#include "server/base/log.h"

namespace ms::rpc {
namespace {

LogCategory kLog("KurentoWebSocketTransport");

constexpr int kPolicyViolation = 1008;  // RFC 6455 §7.4.1.

}  // namespace

WebSocketConnection::WebSocketConnection(Loop& loop, const RpcLimits& limits, std::uint64_t id,
                                         std::unique_ptr<Stream> stream, Observer& observer)
    : limits_(limits), id_(id), observer_(observer), stream_(std::move(stream)), deadline_(loop) {}

void WebSocketConnection::startServer() {
  protocol_ = makeWebSocketServer(*this, limits_.message_bytes);
  start();
}

void WebSocketConnection::startClient(const std::string& uri) {
  protocol_ = makeWebSocketClient(*this, limits_.message_bytes, uri);
  if (!protocol_) return abort();
  start();
}

void WebSocketConnection::start() {
  deadline_.start(limits_.handshake_time, [this] {
    MS_LOG(kLog, Debug, "connection " << id_ << ": no handshake in time");
    abort();
  });
  stream_->handshake([self = shared_from_this()](StreamResult result) {
    if (result == StreamResult::Ended) return self->abort();
    if (self->is_gone_) return;
    self->protocol_->start();
    self->read();
  });
}

// --- In
// -------------------------------------------------------------------------------------------

// A connection that closes is read on, so that the peer's last frames do not turn our close into a
// reset; what comes is ignored.
bool WebSocketConnection::readingIsPaused() const {
  return !is_closing_ && (unanswered_messages_ >= limits_.requests_in_flight ||
                          unanswered_bytes_ >= limits_.request_bytes_in_flight);
}

void WebSocketConnection::read() {
  if (is_gone_ || is_reading_ || peer_has_ended_ || readingIsPaused()) return;
  is_reading_ = true;
  stream_->readSome(incoming_, [self = shared_from_this()](StreamResult result, std::size_t bytes) {
    self->is_reading_ = false;
    self->onRead(result, bytes);
  });
}

void WebSocketConnection::onRead(StreamResult result, std::size_t bytes) {
  if (is_gone_) return;
  if (result == StreamResult::Ended) {
    peer_has_ended_ = true;
    if (!all_is_said_) return abort();
    return maybeEnd();
  }
  protocol_->receive(reinterpret_cast<const char*>(incoming_.data()), bytes);
  maybeCloseSlowPeer();  // It may ask for pongs only.
  read();
}

void WebSocketConnection::onOpen(const std::string& resource) {
  deadline_.cancel();
  is_open_ = true;
  observer_.onOpen(*this, resource);
}

void WebSocketConnection::onMessage(std::string message) {
  if (is_closing_) return;
  ++unanswered_messages_;
  unanswered_bytes_ += message.size();
  observer_.onMessage(*this, std::move(message));
}

HttpResponse WebSocketConnection::onHttp(const std::string& method, const std::string& resource) {
  return observer_.onHttp(method, resource);
}

void WebSocketConnection::answered(std::size_t bytes) {
  unanswered_messages_ -= std::min<std::size_t>(unanswered_messages_, 1);
  unanswered_bytes_ -= std::min(unanswered_bytes_, bytes);
  read();
}

// --- Out
// ------------------------------------------------------------------------------------------

void WebSocketConnection::send(const std::string& text) {
  if (!is_open_ || is_closing_ || is_gone_) return;
  maybeCloseSlowPeer();
  if (!is_closing_) protocol_->send(text);
}

// One message of any size always finds room, so that the limit need not be above the largest reply.
void WebSocketConnection::maybeCloseSlowPeer() {
  if (is_closing_ || queuedBytes() <= limits_.send_queue_bytes) return;
  MS_LOG(kLog, Warning,
         "connection " << id_ << " reads too slowly: " << queuedBytes()
                       << " bytes wait for it; it is closed");
  protocol_->close(kPolicyViolation, "Send queue is full: the client reads too slowly");
}

void WebSocketConnection::write(const char* bytes, std::size_t size) {
  if (is_gone_) return;
  queued_.append(bytes, size);
  maybeWrite();
}

void WebSocketConnection::maybeWrite() {
  if (!sending_.empty() || queued_.empty()) return;
  sending_ = std::exchange(queued_, {});
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(sending_.data()), sending_.size());
  stream_->writeAll(bytes,
                    [self = shared_from_this()](StreamResult result) { self->onWritten(result); });
}

void WebSocketConnection::onWritten(StreamResult result) {
  sending_ = {};
  if (is_gone_) return;
  if (result == StreamResult::Ended) return abort();
  maybeWrite();
  maybeEnd();
}

// --- The end
// --------------------------------------------------------------------------------------

void WebSocketConnection::close(int code, const std::string& reason) {
  if (!is_open_) return abort();
  protocol_->close(code, reason);
}

void WebSocketConnection::onClosing(int code, const std::string& reason) {
  MS_LOG(kLog, Debug, "connection " << id_ << " is closed: " << code << " " << reason);
  is_closing_ = true;
  deadline_.start(limits_.closing_time, [this] { abort(); });
  read();
}

void WebSocketConnection::onEnd() {
  if (!is_closing_) onClosing(0, "ended");
  all_is_said_ = true;
  maybeEnd();
}

void WebSocketConnection::maybeEnd() {
  if (!all_is_said_ || queuedBytes() > 0 || is_gone_) return;
  if (peer_has_ended_) return abort();
  stream_->endWriting();
}

void WebSocketConnection::abort() {
  if (std::exchange(is_gone_, true)) return;
  const auto self = weak_from_this().lock();  // The observer may let go of the last reference.
  deadline_.cancel();
  stream_->close();
  observer_.onGone(*this);
}

}  // namespace ms::rpc
