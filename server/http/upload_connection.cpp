// The only file that sees Boost.Beast, which takes long to compile.
#include "server/http/upload_connection.h"

#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "server/base/log.h"
#include "server/http/form_data.h"
#include "server/http/upload_limits.h"

namespace ms::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast::http;
using boost::system::error_code;
using Response = beast::response<beast::string_body>;

LogCategory category("httpendpoint");

constexpr const char* kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr unsigned kMaxHttpVersion = 11;

std::string_view viewOf(boost::beast::string_view text) { return {text.data(), text.size()}; }

class BeastConnection final : public UploadConnection,
                              public std::enable_shared_from_this<BeastConnection> {
 public:
  BeastConnection(asio::ip::tcp::socket socket, Loop& loop, UploadPaths& paths,
                  std::function<void()> on_closed)
      : loop_(loop),
        paths_(paths),
        on_closed_(std::move(on_closed)),
        socket_(std::move(socket)),
        buffer_(kMaxHeaderBytes + kReadBytes),
        deadline_(loop) {}

  void start() override { readHeader(); }
  bool hasUpload() const override { return upload_.has_value(); }
  void close() override {
    if (!on_closed_) return;
    loseUpload();
    deadline_.cancel();
    error_code ignored;
    socket_.close(ignored);
    std::exchange(on_closed_, nullptr)();
  }

 private:
  // ---- A request's header ----

  void readHeader() {
    parser_.emplace();
    parser_->header_limit(kMaxHeaderBytes);
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    closeAfter(kHeaderTime);
    beast::async_read_header(socket_, buffer_, *parser_,
                             [self = shared_from_this()](const error_code& error, std::size_t) {
                               self->onHeader(error);
                             });
  }

  void onHeader(const error_code& error) {
    if (!on_closed_) return;
    if (error == beast::error::header_limit || error == beast::error::buffer_overflow)
      return refuse(beast::status::request_header_fields_too_large);
    if (error.category() == beast::make_error_code(beast::error::bad_method).category() &&
        error != beast::error::end_of_stream && error != beast::error::partial_message)
      return refuse(beast::status::bad_request);
    if (error) return close();
    const auto& request = parser_->get();
    origin_ = std::string(request[beast::field::origin]);
    auto begun = paths_.begin({.method = viewOf(request.method_string()),
                               .target = viewOf(request.target()),
                               .content_type = viewOf(request[beast::field::content_type]),
                               .cookies = viewOf(request[beast::field::cookie])},
                              [weak = weak_from_this()] {
                                if (const auto self = weak.lock()) self->close();
                              });
    if (!begun) return refuse(static_cast<beast::status>(begun.error()));
    upload_ = std::move(*begun);
    form_.reset();
    if (upload_->type.isForm()) form_.emplace(upload_->type.boundary);
    takeBody();
  }

  void takeBody() {
    const auto expect = parser_->get()[beast::field::expect];
    if (!boost::beast::iequals(expect, "100-continue")) return readBody();
    closeAfter(kAnswerTime);
    asio::async_write(socket_, asio::buffer(std::string_view(kContinue)),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        if (error) return self->close();
                        self->readBody();
                      });
  }

  // ---- Its body ----

  void readBody() {
    if (!on_closed_) return;
    if (parser_->is_done()) return onWholeBody();
    switch (upload_->sink->state()) {
      case BodySink::State::Refuses:
        return refuse(beast::status::unsupported_media_type);
      case BodySink::State::Full:
        return waitForRoom();
      default:
        return readPiece();
    }
  }

  // The client waits with us; nothing is asked of the socket meanwhile.
  void waitForRoom() {
    deadline_.cancel();
    is_waiting_ = true;
    upload_->sink->onRoom([weak = weak_from_this(), &loop = loop_] {
      loop.post([weak] {
        const auto self = weak.lock();
        if (self && std::exchange(self->is_waiting_, false)) self->readBody();
      });
    });
  }

  void readPiece() {
    piece_.resize(kReadBytes);
    auto& body = parser_->get().body();
    body.data = piece_.data();
    body.size = piece_.size();
    closeAfter(kBodyIdleTime);
    beast::async_read_some(socket_, buffer_, *parser_,
                           [self = shared_from_this()](const error_code& error, std::size_t) {
                             self->onPiece(error);
                           });
  }

  void onPiece(const error_code& error) {
    if (!on_closed_) return;
    if (error && error != beast::error::need_buffer) return close();
    const Bytes piece(piece_.data(), piece_.size() - parser_->get().body().size);
    if (!piece.empty()) pass(piece);
    if (form_ && form_->state() == FormDataReader::State::Malformed)
      return refuse(beast::status::bad_request);
    readBody();
  }

  void pass(Bytes piece) {
    if (!form_) return upload_->sink->write(piece);
    form_->receive(piece, [this](Bytes content) { upload_->sink->write(content); });
  }

  // A form has to say itself that it is whole.
  void onWholeBody() {
    if (form_ && (form_->state() != FormDataReader::State::Complete || !form_->hasFile()))
      return refuse(beast::status::bad_request);
    upload_->sink->end(BodyEnd::Complete);
    answer(makeResponse(beast::status::ok), Then::ReadOn);
  }

  void loseUpload() {
    if (!upload_) return;
    upload_->sink->onRoom(nullptr);
    upload_->sink->end(BodyEnd::Lost);
    paths_.end(*std::exchange(upload_, std::nullopt), UploadPaths::Cookie::NotGiven);
  }

  // ---- Answers ----

  enum class Then { ReadOn, Close };

  Response makeResponse(beast::status status) const {
    Response response(status, std::min(parser_->get().version(), kMaxHttpVersion));
    if (upload_)
      response.set(beast::field::set_cookie, std::string(UploadPaths::kCookie) + "=" +
                                                 upload_->cookie + "; Path=" + upload_->path +
                                                 "; HttpOnly");
    if (status == beast::status::method_not_allowed || status == beast::status::no_content)
      response.set(beast::field::allow, "POST, OPTIONS");
    allowOrigin(response, status);
    return response;
  }

  // Pages of any origin may post, with the cookie: who knows the path is meant to.
  void allowOrigin(Response& response, beast::status status) const {
    if (origin_.empty()) return;
    response.set(beast::field::access_control_allow_origin, origin_);
    response.set(beast::field::access_control_allow_credentials, "true");
    response.set(beast::field::vary, "Origin");
    if (status != beast::status::no_content) return;
    response.set(beast::field::access_control_allow_methods, "POST, OPTIONS");
    response.set(beast::field::access_control_allow_headers, "Content-Type");
  }

  void refuse(beast::status status) {
    MS_LOG(category, Debug, "a request is answered with " << static_cast<int>(status));
    Response response = makeResponse(status);
    loseUpload();
    const bool has_no_body = parser_->is_done();
    answer(std::move(response), has_no_body ? Then::ReadOn : Then::Close);
  }

  void answer(Response response, Then then) {
    response.keep_alive(then == Then::ReadOn && parser_->get().keep_alive());
    if (response.result() != beast::status::no_content) response.prepare_payload();
    response_ = std::move(response);
    closeAfter(kAnswerTime);
    beast::async_write(socket_, *response_,
                       [self = shared_from_this()](const error_code& error, std::size_t) {
                         self->onAnswered(error);
                       });
  }

  void onAnswered(const error_code& error) {
    if (!on_closed_) return;
    if (upload_)
      paths_.end(*std::exchange(upload_, std::nullopt),
                 error ? UploadPaths::Cookie::NotGiven : UploadPaths::Cookie::Given);
    if (error) return close();
    if (response_->keep_alive()) return readHeader();
    // What the client still sends is read for a while: an answer that is followed by a reset would
    // be lost.
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    skip();
  }

  void skip() {
    piece_.resize(kReadBytes);
    socket_.async_read_some(asio::buffer(piece_),
                            [self = shared_from_this()](const error_code& error, std::size_t size) {
                              if (!self->on_closed_) return;
                              self->skipped_ += size;
                              if (error || self->skipped_ > kMaxSkippedBytes) return self->close();
                              self->skip();
                            });
  }

  void closeAfter(Duration time) {
    deadline_.start(time, [this] { close(); });
  }

  Loop& loop_;
  UploadPaths& paths_;
  std::function<void()> on_closed_;  // Until it is closed.
  asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::vector<std::uint8_t> piece_;  // Of a body; empty before the first.
  std::optional<beast::request_parser<beast::buffer_body>> parser_;
  std::optional<Response> response_;
  std::string origin_;
  std::optional<UploadPaths::Upload> upload_;
  std::optional<FormDataReader> form_;
  std::size_t skipped_ = 0;
  bool is_waiting_ = false;  // For room.
  Timer deadline_;
};

}  // namespace

std::shared_ptr<UploadConnection> makeUploadConnection(asio::ip::tcp::socket socket, Loop& loop,
                                                       UploadPaths& paths,
                                                       std::function<void()> on_closed) {
  return std::make_shared<BeastConnection>(std::move(socket), loop, paths, std::move(on_closed));
}

}  // namespace ms::http
