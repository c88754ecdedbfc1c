#include "bench/load/rpc_client.h"

#include <json/reader.h>
#include <json/writer.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <future>
#include <regex>

namespace ms::load {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using Stream = beast::websocket::stream<tcp::socket>;

struct Url {
  std::string host, port, path;
};

Url parseUrl(const std::string& text) {
  static const std::regex form(R"(ws://([^:/]+|\[[^\]]+\])(?::(\d+))?(/.*)?)");
  std::smatch match;
  if (!std::regex_match(text, match, form))
    throw LoadError("not a WebSocket address (ws://HOST:PORT/PATH): " + text);
  return {match[1], match[2].matched ? match[2].str() : "8888",
          match[3].matched ? match[3].str() : "/kurento"};
}

std::string write(const Json::Value& value) {
  Json::StreamWriterBuilder builder;
  builder["indentation"] = "";
  return Json::writeString(builder, value);
}

}  // namespace

struct RpcClient::Parts : std::enable_shared_from_this<Parts> {
  explicit Parts(asio::io_context& context) : stream(context) {}

  void open(const std::string& text) {
    const Url url = parseUrl(text);
    tcp::resolver resolver(stream.get_executor());
    asio::connect(stream.next_layer(), resolver.resolve(url.host, url.port));
    stream.next_layer().set_option(tcp::no_delay(true));
    stream.read_message_max(64 * 1024 * 1024);
    stream.handshake(url.host + ':' + url.port, url.path);
    read();
  }

  void read() {
    stream.async_read(incoming, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return self->fail(error.message());
      self->take(beast::buffers_to_string(self->incoming.data()));
      self->incoming.clear();
      self->read();
    });
  }

  void take(const std::string& text) {
    Json::Value message;
    Json::CharReaderBuilder builder;
    const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
    if (!reader->parse(text.data(), text.data() + text.size(), &message, nullptr)) return;
    if (message["method"] == "onEvent") return takeEvent(message["params"]["value"]);
    const auto pending = waiting.find(message["id"].asInt());
    if (pending == waiting.end()) return;
    OnReply on_reply = std::move(pending->second);
    waiting.erase(pending);
    if (message.isMember("error")) {
      const Json::Value& error = message["error"];
      return on_reply(
          std::unexpected(RpcFault{error["code"].asInt(), error["message"].asString()}));
    }
    const Json::Value& result = message["result"];
    if (result.isMember("sessionId")) session_id = result["sessionId"].asString();
    on_reply(result["value"]);
  }

  void takeEvent(const Json::Value& event) {
    const auto found = handlers.find({event["object"].asString(), event["type"].asString()});
    if (found != handlers.end()) found->second(event["data"]);
  }

  void send(const std::string& method, Json::Value params, OnReply on_reply) {
    if (!failure.empty()) return on_reply(std::unexpected(RpcFault{0, failure}));
    const int id = ++last_id;
    if (!session_id.empty()) params["sessionId"] = session_id;
    Json::Value message;
    message["jsonrpc"] = "2.0";
    message["id"] = id;
    message["method"] = method;
    message["params"] = std::move(params);
    waiting.emplace(id, std::move(on_reply));
    outgoing.push_back(load::write(message));
    if (outgoing.size() == 1) writeNext();
  }

  void writeNext() {
    stream.async_write(asio::buffer(outgoing.front()),
                       [self = shared_from_this()](beast::error_code error, std::size_t) {
                         if (error) return self->fail(error.message());
                         self->outgoing.pop_front();
                         if (!self->outgoing.empty()) self->writeNext();
                       });
  }

  void fail(const std::string& why) {
    failure = "the connection to the server is lost: " + why;
    for (auto& [id, on_reply] : std::exchange(waiting, {}))
      on_reply(std::unexpected(RpcFault{0, failure}));
  }

  Stream stream;
  beast::flat_buffer incoming;
  std::deque<std::string> outgoing;
  std::map<int, OnReply> waiting;
  std::map<std::pair<std::string, std::string>, OnEvent> handlers;
  std::string session_id;
  std::string failure;
  int last_id = 0;
};

RpcClient::RpcClient(const std::string& url) : parts_(std::make_shared<Parts>(loop_.context())) {
  std::string failure;
  loop_.runAndWait([&] {
    try {
      parts_->open(url);
    } catch (const std::exception& error) {
      failure = error.what();
    }
  });
  if (!failure.empty()) throw LoadError("cannot connect to " + url + ": " + failure);
}

RpcClient::~RpcClient() {
  loop_.runAndWait([this] {
    beast::error_code ignored;
    parts_->stream.next_layer().close(ignored);
  });
  loop_.stop();
}

void RpcClient::send(const std::string& method, Json::Value params, OnReply on_reply) {
  loop_.post([parts = parts_, method, params = std::move(params),
              on_reply = std::move(on_reply)]() mutable {
    parts->send(method, std::move(params), std::move(on_reply));
  });
}

Json::Value RpcClient::call(const std::string& method, Json::Value params) {
  auto promise = std::make_shared<std::promise<Reply>>();
  auto future = promise->get_future();
  send(method, std::move(params), [promise](Reply reply) { promise->set_value(std::move(reply)); });
  if (future.wait_for(kReplyTimeout) != std::future_status::ready)
    throw LoadError(method + ": no reply within 30 s");
  Reply reply = future.get();
  if (!reply) throw LoadError(method + ": " + reply.error().message);
  return std::move(*reply);
}

void RpcClient::onEvent(const std::string& object, const std::string& type, OnEvent handler) {
  loop_.post(
      [parts = parts_, key = std::pair(object, type), handler = std::move(handler)]() mutable {
        parts->handlers.insert_or_assign(std::move(key), std::move(handler));
      });
}

}  // namespace ms::load
