// The only file that knows websocketpp; compiled as C++17 (see CMakeLists.txt) and slow to compile.
#define _WEBSOCKETPP_CPP11_STRICT_
#include "server/rpc/web_socket_protocol.h"

#include <websocketpp/client.hpp>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/core.hpp>
#include <websocketpp/config/core_client.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/random/random_device.hpp>
#include <websocketpp/server.hpp>

namespace ms::rpc {
namespace {

// What an HTTP request may carry besides its header (which websocketpp limits to 16000 bytes).
constexpr std::size_t kMaxHttpBodyBytes = 16 * 1024;
constexpr const char* kVersion = "13";  // RFC 6455; the drafts before it are not spoken.

// One thread, no logging of its own, no compression; the socket is ours ("iostream" means just
// that).
struct Config : websocketpp::config::core {
  using type = Config;
  using concurrency_type = websocketpp::concurrency::none;
  using elog_type = websocketpp::log::stub;
  using alog_type = websocketpp::log::stub;
  using request_type = core::request_type;
  using response_type = core::response_type;
  using message_type = core::message_type;
  using con_msg_manager_type = core::con_msg_manager_type;
  using endpoint_msg_manager_type = core::endpoint_msg_manager_type;
  using rng_type = websocketpp::random::random_device::int_generator<uint32_t, concurrency_type>;
  static bool const enable_multithreading = false;
  static size_t const connection_read_buffer_size = 4096;

  struct transport_config : core::transport_config {
    using concurrency_type = type::concurrency_type;
    using elog_type = type::elog_type;
    using alog_type = type::alog_type;
    using request_type = type::request_type;
    using response_type = type::response_type;
    static bool const enable_multithreading = false;
  };
  using transport_type = websocketpp::transport::iostream::endpoint<transport_config>;
};

using Server = websocketpp::server<Config>;
using Client = websocketpp::client<Config>;
using std::error_code;
using websocketpp::connection_hdl;

// What both roles share. `Endpoint` makes the connection and must outlive it.
template <class Endpoint>
class Protocol : public WebSocketProtocol {
 public:
  using Connection = typename Endpoint::connection_ptr;

  ~Protocol() override { abandon(); }

  void receive(const char* bytes, std::size_t size) override {
    guarded([&] { connection_->read_all(bytes, size); });
    if (stateIs(websocketpp::session::state::closing)) {
      tellClosing(connection_->get_local_close_code(), connection_->get_local_close_reason());
    }
  }

  bool send(const std::string& text) override {
    error_code error;
    guarded([&] { error = connection_->send(text, websocketpp::frame::opcode::text); });
    return !error;
  }

  void close(int code, const std::string& reason) override {
    if (!stateIs(websocketpp::session::state::open)) return;
    tellClosing(code, reason);
    error_code ignored;
    guarded([&] {
      connection_->close(static_cast<websocketpp::close::status::value>(code), reason, ignored);
    });
  }

 protected:
  Protocol(WebSocketOwner& owner, std::size_t max_message_bytes) : owner_(owner) {
    endpoint_.set_max_message_size(max_message_bytes);
    endpoint_.set_max_http_body_size(kMaxHttpBodyBytes);
  }

  void adopt(Connection connection) {
    connection_ = std::move(connection);
    connection_->set_write_handler([this](connection_hdl, const char* bytes, std::size_t size) {
      if (owner_ptr_) owner_.write(bytes, size);
      return error_code();
    });
    connection_->set_shutdown_handler([this](connection_hdl) {
      end();
      return error_code();
    });
    connection_->set_message_handler([this](connection_hdl, Server::message_ptr message) {
      if (owner_ptr_) owner_.onMessage(std::move(message->get_raw_payload()));
    });
  }

  // websocketpp throws in places (a header that cannot be built, memory): that ends one connection.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const std::exception&) {
      end();
    }
  }

  bool stateIs(websocketpp::session::state::value state) const {
    return connection_->get_state() == state;
  }

  void tellClosing(int code, const std::string& reason) {
    if (!std::exchange(is_closing_, true)) owner_.onClosing(code, reason);
  }

  void end() {
    if (!std::exchange(has_ended_, true) && owner_ptr_) owner_.onEnd();
  }

  WebSocketOwner& owner_;
  Endpoint endpoint_;
  Connection connection_;

 private:
  // A pending read holds the connection: complete it, so that both go.
  void abandon() {
    owner_ptr_ = nullptr;
    if (!connection_) return;
    try {
      connection_->eof();
    } catch (const std::exception&) {
      connection_.reset();
    }
  }

  bool is_closing_ = false;
  bool has_ended_ = false;
  WebSocketOwner* owner_ptr_ = &owner_;  // Null while the connection is taken down.
};

class ServerProtocol final : public Protocol<Server> {
 public:
  ServerProtocol(WebSocketOwner& owner, std::size_t max_message_bytes)
      : Protocol(owner, max_message_bytes) {
    adopt(endpoint_.get_connection());
    connection_->set_validate_handler([this](connection_hdl) { return validate(); });
    connection_->set_open_handler(
        [this](connection_hdl) { owner_.onOpen(connection_->get_resource()); });
    connection_->set_http_handler([this](connection_hdl) { answerHttp(); });
  }

  void start() override {
    guarded([&] { connection_->start(); });
  }

 private:
  using Status = websocketpp::http::status_code::value;

  bool validate() {
    if (connection_->get_request_header("Sec-WebSocket-Version") != kVersion) {
      connection_->append_header("Sec-WebSocket-Version", kVersion);
      return reject(Status::bad_request, "WebSocket version 13 is wanted.\n");
    }
    if (!owner_.hasRoom()) {
      return reject(Status::service_unavailable, "Too many connections.\n");
    }
    return true;
  }

  bool reject(Status status, const std::string& why) {
    connection_->set_status(status);
    connection_->append_header("Connection", "close");
    connection_->append_header("Content-Type", "text/plain; charset=utf-8");
    connection_->set_body(why);
    return false;
  }

  void answerHttp() {
    const auto& request = connection_->get_request();
    const HttpResponse response = owner_.onHttp(request.get_method(), request.get_uri());
    connection_->set_status(static_cast<Status>(response.status));
    connection_->append_header("Connection", "close");
    connection_->append_header("Content-Type", response.content_type);
    connection_->append_header("X-Content-Type-Options", "nosniff");
    if (!response.content_security_policy.empty())
      connection_->append_header("Content-Security-Policy", response.content_security_policy);
    connection_->set_body(response.body);
  }
};

class ClientProtocol final : public Protocol<Client> {
 public:
  ClientProtocol(WebSocketOwner& owner, std::size_t max_message_bytes, websocketpp::uri_ptr uri)
      : Protocol(owner, max_message_bytes) {
    endpoint_.set_secure(true);  // Allows both kinds of URI; TLS is the stream's business.
    error_code ignored;
    adopt(endpoint_.get_connection(std::move(uri), ignored));
    connection_->set_open_handler([this](connection_hdl) { owner_.onOpen(""); });
  }

  void start() override {
    guarded([&] { endpoint_.connect(connection_); });
  }
};

}  // namespace

std::unique_ptr<WebSocketProtocol> makeWebSocketServer(WebSocketOwner& owner,
                                                       std::size_t max_message_bytes) {
  return std::make_unique<ServerProtocol>(owner, max_message_bytes);
}

std::unique_ptr<WebSocketProtocol> makeWebSocketClient(WebSocketOwner& owner,
                                                       std::size_t max_message_bytes,
                                                       const std::string& uri) {
  auto location = std::make_shared<websocketpp::uri>(uri);
  if (!location->get_valid()) return nullptr;
  return std::make_unique<ClientProtocol>(owner, max_message_bytes, std::move(location));
}

bool parseWebSocketUri(const std::string& uri, WebSocketAddress& address) {
  const websocketpp::uri location(uri);
  const std::string scheme = location.get_valid() ? location.get_scheme() : "";
  if (scheme != "ws" && scheme != "wss") return false;
  address = {location.get_host(), location.get_port_str(), scheme == "wss"};
  return true;
}

}  // namespace ms::rpc
